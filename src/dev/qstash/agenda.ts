import type { Clock } from '../clock.ts';

/** Something that will happen: hand it back to `cancel` to prevent it. */
export interface Appointment {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
  /** Where it stands in the heap; -1 once it is no longer there. */
  position: number;
}

/**
 * What is due when, as a heap on top of one timer of the clock: tens of thousands of waits and delays are set and
 * cancelled in logarithmic time. Appointments of one instant are kept in the order they were made, one per timer of
 * the clock, so that `advance` lets the work of each settle before the next.
 */
export interface Agenda {
  /** Runs `run` once the clock has reached `at` (ms since the epoch). */
  add(at: number, run: () => void): Appointment;
  cancel(appointment: Appointment): void;
  stop(): void;
}

const isBefore = (a: Appointment, b: Appointment): boolean =>
  a.at < b.at || (a.at === b.at && a.order < b.order);

/** Creates an agenda on `clock`. */
export function createAgenda(clock: Clock): Agenda {
  const heap: Appointment[] = [];
  let order = 0;
  let disarm: (() => void) | undefined;
  let armedFor: Appointment | undefined;

  function place(appointment: Appointment, position: number): void {
    heap[position] = appointment;
    appointment.position = position;
  }

  function rise(appointment: Appointment): void {
    let position = appointment.position;
    while (position > 0) {
      const above = (position - 1) >>> 1;
      const parent = heap[above] as Appointment;
      if (!isBefore(appointment, parent)) break;
      place(parent, position);
      position = above;
    }
    place(appointment, position);
  }

  function sink(appointment: Appointment): void {
    let position = appointment.position;
    for (;;) {
      const left = heap[2 * position + 1];
      const right = heap[2 * position + 2];
      const child = left !== undefined && right !== undefined && isBefore(right, left) ? right : left;
      if (child === undefined || !isBefore(child, appointment)) break;
      const below = child.position;
      place(child, position);
      position = below;
    }
    place(appointment, position);
  }

  function remove(appointment: Appointment): void {
    const last = heap.pop() as Appointment;
    if (last !== appointment) {
      place(last, appointment.position);
      rise(last);
      sink(last);
    }
    appointment.position = -1;
  }

  function arm(): void {
    const first = heap[0];
    if (first === armedFor) return;
    disarm?.();
    armedFor = first;
    disarm = first === undefined ? undefined : clock.at(first.at, fire);
  }

  function fire(): void {
    const first = heap[0];
    armedFor = undefined;
    disarm = undefined;
    if (first !== undefined) remove(first);
    arm();
    first?.run();
  }

  return {
    add(at, run) {
      const appointment: Appointment = { at, order: order++, run, position: heap.length };
      heap.push(appointment);
      rise(appointment);
      arm();
      return appointment;
    },
    cancel(appointment) {
      if (appointment.position < 0) return;
      remove(appointment);
      arm();
    },
    stop() {
      disarm?.();
      disarm = undefined;
      armedFor = undefined;
      heap.length = 0;
    },
  };
}
