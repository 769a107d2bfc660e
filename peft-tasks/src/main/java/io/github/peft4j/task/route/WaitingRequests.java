package io.github.peft4j.task.route;

import io.github.peft4j.model.ModelOutput;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/**
 * Requests that wait while a batch runs go together into the next one. There is no thread of its
 * own: the thread of the request that has waited longest runs the batch for all.
 */
final class WaitingRequests {

    private final int maxRows;
    private final int maxRunning;
    private final Consumer<List<Request>> runner;
    private final Deque<Request> waiting = new ArrayDeque<>();
    private int running;

    /**
     * An empty queue.
     *
     * @param maxRows of a batch; a larger request is a batch of its own
     * @param maxRunning how many batches may run at the same time
     * @param runner answers the requests of a batch
     */
    WaitingRequests(int maxRows, int maxRunning, Consumer<List<Request>> runner) {
        this.maxRows = maxRows;
        this.maxRunning = maxRunning;
        this.runner = runner;
    }

    /** The answer to a request. */
    ModelOutput answer(Request request) {
        if (leads(request)) {
            try {
                run(batchOf(request));
            } finally {
                handOn();
            }
        }
        try {
            return request.answer().join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    private boolean leads(Request request) {
        synchronized (this) {
            if (running < maxRunning) {
                running++;
                return true;
            }
            waiting.add(request);
        }
        return request.leads().join();
    }

    /** A request, and those that have waited longest with it. */
    private synchronized List<Request> batchOf(Request first) {
        List<Request> batch = new ArrayList<>();
        batch.add(first);
        int rows = first.rows();
        while (!waiting.isEmpty() && rows + waiting.element().rows() <= maxRows) {
            Request request = waiting.remove();
            rows += request.rows();
            batch.add(request);
        }
        return batch;
    }

    private void run(List<Request> batch) {
        try {
            runner.accept(batch);
        } catch (RuntimeException | Error e) {
            batch.forEach(request -> request.fail(e));
        } finally {
            batch.forEach(
                    request ->
                            request.fail(new IllegalStateException("A request was passed over.")));
        }
    }

    private synchronized void handOn() {
        if (waiting.isEmpty()) {
            running--;
        } else {
            waiting.remove().leads().complete(true);
        }
    }
}
