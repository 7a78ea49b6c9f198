// What jobs refuse and what ends them, and how to mend it.
import { defineErrors } from '../sdk/index.ts';

export const fail = defineErrors({
  JOB_UNKNOWN: { status: 404, message: 'There is no job {id}, or it is somebody else’s.' },
  JOB_ENDED: { status: 409, message: 'This job has ended ({state}); there is nothing to cancel.' },
  JOB_RUNNING: { status: 409, message: 'This job still runs. Wait for its end, or cancel it first.' },
  JOB_UNDONE: { status: 409, message: 'This job was taken back already, or is being taken back (job {by}).' },
  JOB_NOT_UNDOABLE: {
    status: 409,
    message: 'What this job did cannot be taken back: it changed no rows, or it was too long ago.',
  },
  JOB_ON_BEHALF: {
    status: 403,
    message: 'Jobs cannot be begun in the name of somebody else, save by an administrator.',
  },
  JOB_TOO_MANY: {
    status: 429,
    message: 'You have {limit} jobs waiting or running already. Wait for one of them, or cancel it.',
  },
  JOB_POSITION_INVALID: { status: 400, message: '{text} is no place in the list. Give `next` of the page before.' },
  JOB_USER_GONE: {
    status: 403,
    message: 'The user who began this job may not act any more, so it was stopped. What was done before stays.',
  },
  JOB_STOPPED_TOO_OFTEN: {
    status: 500,
    message:
      'This job was begun {attempts} times without getting any further, and was given up. Tell your administrator.',
  },
  JOB_FILE_GONE: {
    status: 404,
    message: 'This job has no file, or it was kept long enough and is gone. Begin it again.',
  },
  JOB_FAULT: {
    status: 500,
    message: 'The job met an unexpected fault. It is logged under {id}; tell your administrator.',
  },
  JOB_ROW_FAULT: {
    status: 500,
    message: 'This row met an unexpected fault. It is logged under {id}; tell your administrator.',
  },
});
