// The browser build (app and studio) and the test runner's configuration.
import { defineConfig } from 'vite';

export default defineConfig({});
