/** Restarts one after the other: requests during a run become one more run, and an error stops nothing. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { RestartQueue } from "../src/restartQueue";

test("requests during a run become exactly one more run", async () => {
  let active = 0;
  let runs = 0;
  let finish: () => void = () => undefined;
  const queue = new RestartQueue(
    () => {
      runs += 1;
      active += 1;
      assert.equal(active, 1);
      return new Promise<void>((done) => {
        finish = () => {
          active -= 1;
          done();
        };
      });
    },
    (error) => assert.fail(String(error)),
  );
  const first = queue.request();
  await Promise.resolve();
  assert.equal(runs, 1);
  const second = queue.request();
  assert.equal(queue.request(), second);
  assert.equal(runs, 1);
  finish();
  await first;
  await Promise.resolve();
  assert.equal(runs, 2);
  const third = queue.request();
  assert.notEqual(third, second);
  finish();
  await second;
  await Promise.resolve();
  finish();
  await third;
  assert.equal(runs, 3);
});

test("requests before a run begins share it", async () => {
  let runs = 0;
  const queue = new RestartQueue(
    async () => {
      runs += 1;
    },
    (error) => assert.fail(String(error)),
  );
  await Promise.all([queue.request(), queue.request()]);
  assert.equal(runs, 1);
});

test("an error is reported and the queue goes on", async () => {
  const reported: unknown[] = [];
  let fail = true;
  const queue = new RestartQueue(
    async () => {
      if (fail) {
        throw new Error("no");
      }
    },
    (error) => reported.push(error),
  );
  await queue.request();
  fail = false;
  await queue.request();
  assert.deepEqual(reported.map(String), ["Error: no"]);
});
