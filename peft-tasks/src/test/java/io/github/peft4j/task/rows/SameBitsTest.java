package io.github.peft4j.task.rows;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.adapter.rows.RowActivation;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A shared batch of several adapters gives the same bits from any thread. */
@Timeout(120)
class SameBitsTest {

    private static final int THREADS = 8;
    private static final int ROUNDS = 40;

    private static final long[][] IDS = {
        {5, 6, 7, 8, 9, 11}, {9, 8}, {4, 5, 6}, {7, 9}, {12, 13, 14, 15}, {6, 5, 4, 7, 8}
    };

    private static final List<String> ROWS =
            ImmutableList.of("r2", "r4", RowActivation.BASE, "r8", "r4", "r2");

    private TransformerModel base;
    private PeftModel model;

    @BeforeEach
    void load() throws Exception {
        base = Transformers.load(Golden.path("models/bert-seqcls"), TaskType.SEQ_CLS);
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            manager.getEngine().setRandomSeed(5);
            for (int rank : new int[] {2, 4, 8}) {
                LoraConfig config =
                        LoraConfig.builder().optTaskType(TaskType.SEQ_CLS).optR(rank).build();
                if (model == null) {
                    model = PeftModels.getPeftModel(base, config, "r" + rank);
                } else {
                    model.addAdapter("r" + rank, config);
                }
                for (Parameter p : model.adapter("r" + rank).trainable()) {
                    Tensors.fill(p, manager.randomNormal(p.getShape()), 0.3);
                }
            }
        }
    }

    @AfterEach
    void close() {
        model.close();
        base.close();
    }

    private static ModelInput input(NDManager manager, long[]... rows) {
        int width = Arrays.stream(rows).mapToInt(row -> row.length).max().orElseThrow();
        long[][] ids = new long[rows.length][width];
        long[][] mask = new long[rows.length][width];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, ids[i], 0, rows[i].length);
            Arrays.fill(mask[i], 0, rows[i].length, 1);
        }
        return ModelInput.of(manager.create(ids), manager.create(mask));
    }

    private byte[] shared() {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            return Tensors.bytes(
                    model.forward(input(manager, IDS), RowActivation.of(ROWS)).logits());
        }
    }

    @Test
    void fromAnyOfEightThreads() throws Exception {
        byte[] expected = shared();
        CyclicBarrier together = new CyclicBarrier(THREADS);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<Integer>> others = new ArrayList<>();
            for (int t = 0; t < THREADS; t++) {
                others.add(
                        threads.submit(
                                () -> {
                                    together.await();
                                    int different = 0;
                                    for (int i = 0; i < ROUNDS; i++) {
                                        different += Arrays.equals(shared(), expected) ? 0 : 1;
                                    }
                                    return different;
                                }));
            }
            for (Future<Integer> different : others) {
                assertThat(different.get(100, TimeUnit.SECONDS)).isZero();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aRowAloneHasTheSameLabelAndScores() {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            NDArray mixed = model.forward(input(manager, IDS), RowActivation.of(ROWS)).logits();
            for (int row = 0; row < IDS.length; row++) {
                String name = ROWS.get(row);
                Activation own =
                        name.equals(RowActivation.BASE) ? Activation.none() : Activation.of(name);

                NDArray alone = model.forward(input(manager, IDS[row]), own).logits().get(0);

                Tensors.assertClose(mixed.get(row), alone, 1e-5, "row " + row);
                assertThat(mixed.get(row).argMax().getLong()).isEqualTo(alone.argMax().getLong());
            }
            assertThat(Tensors.relativeError(mixed.get(1), mixed.get(3))).isGreaterThan(1e-3);
        }
    }
}
