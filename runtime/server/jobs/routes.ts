// The addresses of jobs and of what begins them (/api/jobs/…, /api/bulk/…), in one table.
import { cancelBackgroundOperation, showBackgroundOperation } from '../data/background-operation.ts';
import type { Principal } from '../../../core/security/principal.ts';
import type { Exchange } from '../exchange.ts';
import type { Services } from '../services.ts';
import { changeRows, previewRows } from './bulk.ts';
import { exportRows, showJobFile } from './export.ts';
import { applyImport, checkImport, showFindings } from './import.ts';
import { endJob, showJob, showJobErrors, showJobs, takeBackJob } from './jobs.ts';

export type JobAnswer = (services: Services, exchange: Exchange, principal: Principal) => Response | Promise<Response>;

/** Address → method → answer. */
export const jobRoutes: Readonly<Record<string, Readonly<Record<string, JobAnswer>>>> = {
  '/api/backgroundoperation/:id': { GET: showBackgroundOperation, DELETE: cancelBackgroundOperation },
  '/api/jobs': { GET: showJobs },
  '/api/jobs/:id': { GET: showJob },
  '/api/jobs/:id/errors': { GET: showJobErrors },
  '/api/jobs/:id/cancel': { POST: endJob },
  '/api/jobs/:id/undo': { POST: takeBackJob },
  '/api/jobs/:id/file': { GET: showJobFile },
  '/api/jobs/:id/rows': { GET: showFindings },
  '/api/import/:entity': { POST: checkImport },
  '/api/import/:entity/apply': { POST: applyImport },
  '/api/export/:entity': { POST: exportRows },
  '/api/bulk/:entity': { POST: changeRows },
  '/api/bulk/:entity/preview': { POST: previewRows },
};
