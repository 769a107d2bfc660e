package io.github.peft4j.task.train;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.ImmutableIntArray;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.task.data.BatchSource;
import io.github.peft4j.task.data.HostArray;
import io.github.peft4j.task.data.TokenBatch;
import io.github.peft4j.task.metric.Accuracy;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.task.train.report.BatchReport;
import io.github.peft4j.task.train.report.StepReport;
import io.github.peft4j.task.train.report.TrainerListener;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** A language model trains without the scores of its vocabulary, unless somebody reads them. */
class LossAloneTest {

    private static final int WIDTH = 8;

    /** Rows of 3 to 8 tokens, each its own label. */
    private record Texts(int size) implements BatchSource {

        @Override
        public int length(int index) {
            return 3 + index % 6;
        }

        @Override
        public TokenBatch batch(int... indices) {
            long[] ids = new long[indices.length * WIDTH];
            long[] mask = new long[ids.length];
            long[] labels = new long[ids.length];
            Arrays.fill(labels, -100);
            for (int i = 0; i < ids.length; i++) {
                int row = indices[i / WIDTH];
                if (i % WIDTH < length(row)) {
                    ids[i] = 20 + (31L * row + 7L * i) % 200;
                    mask[i] = 1;
                    labels[i] = ids[i];
                }
            }
            Shape shape = new Shape(indices.length, WIDTH);
            return new TokenBatch(
                    ImmutableMap.of(
                            ModelInput.INPUT_IDS, new HostArray.Int64(ids, shape),
                            ModelInput.ATTENTION_MASK, new HostArray.Int64(mask, shape),
                            ModelInput.LABELS, new HostArray.Int64(labels, shape)),
                    ImmutableIntArray.copyOf(indices));
        }
    }

    /** Remembers losses and what else the batches' outputs had. */
    private static final class Watch implements TrainerListener {

        private final boolean reads;
        private final List<Double> losses = new ArrayList<>();
        private final List<Boolean> logits = new ArrayList<>();

        Watch(boolean reads) {
            this.reads = reads;
        }

        @Override
        public boolean readsLogits() {
            return reads;
        }

        @Override
        public void onBatch(BatchReport report) {
            logits.add(report.output().get(ModelOutput.LOGITS).isPresent());
        }

        @Override
        public void onStep(StepReport report) {
            losses.add(report.loss());
        }
    }

    private static TransformerModel base() throws IOException {
        return Transformers.load(Golden.path("models/llama-causal"), TaskType.CAUSAL_LM);
    }

    private static PeftModel lora(TransformerModel base) {
        Engine.getEngine("PyTorch").setRandomSeed(3);
        return PeftModels.getPeftModel(
                base, LoraConfig.builder().optTaskType(TaskType.CAUSAL_LM).optR(4).build());
    }

    private static Watch train(boolean reads) throws IOException {
        Watch watch = new Watch(reads);
        TrainingArguments arguments =
                TrainingArguments.builder().optEpochs(2).optLearningRate(1e-2).build();
        try (TransformerModel base = base();
                PeftModel model = lora(base)) {
            PeftTrainer.builder(model, arguments)
                    .addListener(watch)
                    .build()
                    .fit(new Texts(24), null);
        }
        return watch;
    }

    @Test
    void losesTheSameWithAndWithoutScores() throws IOException {
        Watch alone = train(false);
        Watch all = train(true);

        assertThat(alone.logits).isNotEmpty().containsOnly(false);
        assertThat(all.logits).hasSameSizeAs(alone.logits).containsOnly(true);
        assertThat(alone.losses).hasSize(6).doesNotHaveDuplicates();
        for (int i = 0; i < all.losses.size(); i++) {
            assertThat(alone.losses.get(i)).isEqualTo(all.losses.get(i), Offset.offset(1e-4));
        }
    }

    @Test
    void evaluatesWithScoresWhereAMetricCountsThem() throws IOException {
        TrainingArguments arguments = TrainingArguments.builder().build();
        try (TransformerModel base = base();
                PeftModel model = lora(base)) {
            Map<String, Double> alone = new PeftTrainer(model, arguments).evaluate(new Texts(12));
            Map<String, Double> counted =
                    PeftTrainer.builder(model, arguments)
                            .addMetric(Accuracy::new)
                            .build()
                            .evaluate(new Texts(12));

            assertThat(alone.keySet()).containsExactly("loss");
            assertThat(counted.keySet()).containsExactly("loss", "accuracy");
            assertThat(alone.get("loss")).isEqualTo(counted.get("loss"), Offset.offset(1e-5));
        }
    }
}
