// Runs once around the whole test run.

export default function setup(): void {}
