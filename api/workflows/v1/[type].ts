import { actions } from '../../../compiled/actions.ts';
import { openDatabase } from '../../../compiled/database.ts';
import { deployment } from '../../../compiled/deployment.ts';
import { templates } from '../../../compiled/templates.ts';
import { createWorkflowsHandler } from '../../../src/server/workflows.ts';
import { workflows } from '../../../workflows/index.ts';

export const { POST } = createWorkflowsHandler({ deployment, openDatabase, workflows, templates, actions });
