/** Floor 6: why somebody got an email, or did not. Read only: nothing it looks at is changed. */
export { type Explanation, explainSubject, type LoopExplanation, type Moment } from './explain.ts';
