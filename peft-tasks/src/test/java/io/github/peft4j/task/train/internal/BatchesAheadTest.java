package io.github.peft4j.task.train.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.AbstractIterator;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.Iterators;
import java.util.Iterator;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BatchesAheadTest {

    private static final int MANY = 1000;

    /** Numbers from 0 on, which are counted as they are made. */
    private static final class Counted extends AbstractIterator<Integer> {

        private final AtomicInteger made = new AtomicInteger();
        private final int end;

        Counted(int end) {
            this.end = end;
        }

        @Override
        protected Integer computeNext() {
            return made.get() == end ? endOfData() : Integer.valueOf(made.getAndIncrement());
        }
    }

    @Test
    void givesAllInTheirOrder() {
        try (BatchesAhead<Integer> batches = new BatchesAhead<>(new Counted(MANY), 3)) {
            assertThat(ImmutableList.copyOf(batches))
                    .containsExactlyElementsOf(IntStream.range(0, MANY).boxed().toList());
        }
    }

    /** Two more than may wait: the one that is handed over and the one that finds no room. */
    @Test
    void makesFewBeforeTheyAreAskedFor() {
        Counted numbers = new Counted(MANY);
        try (BatchesAhead<Integer> batches = new BatchesAhead<>(numbers, 3)) {
            for (int taken = 1; batches.hasNext(); taken++) {
                assertThat(numbers.made.get()).isLessThanOrEqualTo(taken + 3 + 1);
                batches.next();
            }
        }
    }

    @Test
    void makesThemInAnotherThread() {
        Iterator<Thread> threads =
                Iterators.transform(
                        ImmutableList.of(1).iterator(), number -> Thread.currentThread());
        try (BatchesAhead<Thread> batches = new BatchesAhead<>(threads, 1)) {
            Thread maker = batches.next();

            assertThat(maker).isNotSameAs(Thread.currentThread());
            assertThat(maker.isDaemon()).isTrue();
        }
    }

    @Test
    void failsWhereTheBatchFailed() {
        IllegalArgumentException failure = new IllegalArgumentException("broken text");
        Iterator<Integer> broken =
                Iterators.transform(
                        new Counted(MANY),
                        number -> {
                            if (number == 2) {
                                throw failure;
                            }
                            return number;
                        });
        try (BatchesAhead<Integer> batches = new BatchesAhead<>(broken, 5)) {
            assertThat(batches.next()).isZero();
            assertThat(batches.next()).isEqualTo(1);
            assertThatThrownBy(batches::next).isSameAs(failure);
        }
    }

    @Test
    void endsItsThreadWhenItIsClosed() {
        AtomicInteger made = new AtomicInteger();
        Iterator<Thread> endless =
                Iterators.transform(
                        Iterators.cycle(1),
                        number -> {
                            made.incrementAndGet();
                            return Thread.currentThread();
                        });
        Thread maker;
        try (BatchesAhead<Thread> batches = new BatchesAhead<>(endless, 2)) {
            maker = batches.next();
        }

        assertThat(maker.isAlive()).isFalse();
    }

    @Test
    void endsWithTheThreadThatWaits() throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        Iterator<Integer> stuck =
                Iterators.transform(
                        new Counted(1),
                        number -> {
                            try {
                                never.await();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                            return number;
                        });
        Thread waiting = Thread.currentThread();
        Thread interrupts =
                new Thread(
                        () -> {
                            while (waiting.getState() != Thread.State.WAITING) {
                                Thread.onSpinWait();
                            }
                            waiting.interrupt();
                        });
        try (BatchesAhead<Integer> batches = new BatchesAhead<>(stuck, 1)) {
            interrupts.start();

            assertThatThrownBy(batches::hasNext)
                    .isInstanceOf(CancellationException.class)
                    .hasMessage("The run over the batches was stopped: its thread is interrupted.");
        }

        assertThat(Thread.interrupted()).as("the thread stays interrupted").isTrue();
        interrupts.join();
    }

    @Test
    void refusesToMakeNoneAhead() {
        assertThatThrownBy(() -> new BatchesAhead<>(new Counted(1), 0))
                .hasMessage("ahead is 0; it must be at least 1.");
    }
}
