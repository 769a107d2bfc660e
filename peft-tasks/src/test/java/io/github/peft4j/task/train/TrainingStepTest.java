package io.github.peft4j.task.train;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.PeftModel;
import io.github.peft4j.adapter.StepAware;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.task.train.optim.AdamW;
import io.github.peft4j.task.train.optim.ParameterGrouping;
import io.github.peft4j.transformers.TransformerModel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TrainingStepTest {

    private static final ToyTokens TRAIN = ToyTokens.of(8, 1);

    private static float norm(Map<String, Parameter> tensors) {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            double sum = 0;
            for (Parameter parameter : tensors.values()) {
                NDArray gradient = parameter.getArray().getGradient();
                gradient.attach(manager);
                for (float value : gradient.toFloatArray()) {
                    sum += (double) value * value;
                }
            }
            return (float) Math.sqrt(sum);
        }
    }

    @Test
    void handsClippedGradientsToAdaptersBeforeAndAfterTheOptimizerActs() throws IOException {
        List<String> events = new ArrayList<>();
        TrainingArguments arguments = TrainingArguments.builder().optMaxGradNorm(0.25).build();
        try (TransformerModel base = ToyModels.base();
                PeftModel model = ToyModels.lora(base);
                NDManager manager = NDManager.newBaseManager("PyTorch");
                AdamW optimizer = AdamW.builder().addGroup(model.trainableTensors(), 0).build()) {
            StepAware watching =
                    new StepAware() {
                        @Override
                        public void beforeStep(long step) {
                            note("before", step);
                        }

                        @Override
                        public void afterStep(long step) {
                            note("after", step);
                        }

                        private void note(String when, long step) {
                            events.add(
                                    "%s step %d: %d updates, norm %.4f"
                                            .formatted(
                                                    when,
                                                    step,
                                                    optimizer.steps(),
                                                    norm(model.trainableTensors())));
                        }
                    };
            TrainingStep steps =
                    new TrainingStep(
                            model,
                            arguments,
                            ImmutableList.copyOf(model.trainableTensors().values()),
                            optimizer,
                            ParameterGrouping.byDecay(0),
                            ImmutableList.of(watching),
                            new LossWeights(false),
                            ImmutableList.of(),
                            Objective.ofLabels(),
                            null);

            TrainingStep.Outcome outcome =
                    steps.run(manager, 7, List.of(TRAIN.batch(0, 1, 2, 3)), 1e-3);

            assertThat(outcome.gradientNorm()).isGreaterThan(0.25);
            assertThat(events)
                    .containsExactly(
                            "before step 7: 0 updates, norm 0.2500",
                            "after step 7: 1 updates, norm 0.2500");
            assertThat(norm(model.trainableTensors())).as("afterwards").isZero();
        }
    }

    @Test
    void drawsRandomNumbersFromSeedAndStepAlone() {
        assertThat(List.of(StepSeed.of(1, 2), StepSeed.of(1, 3), StepSeed.of(2, 2)))
                .doesNotHaveDuplicates()
                .startsWith(StepSeed.of(1, 2));
    }
}
