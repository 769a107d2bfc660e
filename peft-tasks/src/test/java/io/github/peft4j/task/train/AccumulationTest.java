package io.github.peft4j.task.train;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.json.JsonValues;
import io.github.peft4j.task.data.BatchLoader;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.task.train.optim.ParameterGroup;
import io.github.peft4j.task.train.optim.ParameterGrouping;
import io.github.peft4j.task.train.report.TrainingResult;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Gradients of several batches of unequal lengths are those of one batch of all rows. */
class AccumulationTest {

    private static final double BOUND = 1e-6;

    /**
     * T5 does not scale its scores, and its gradients round by so much: those of one and the same
     * batch with a prefix differ by 1.6e-6 if the rows have four more columns of padding.
     */
    private static final double T5_BOUND = 5e-6;

    private static final String LORA =
            "\"peft_type\": \"LORA\", \"r\": 4, \"init_lora_weights\": false, ";

    private static final LoadOptions NO_DROPOUT = withoutDropout();

    private static LoadOptions withoutDropout() {
        LoadOptions.Builder options = LoadOptions.builder();
        for (String key :
                List.of(
                        "hidden_dropout_prob",
                        "attention_probs_dropout_prob",
                        "attn_pdrop",
                        "embd_pdrop",
                        "resid_pdrop",
                        "dropout_rate",
                        "dropout",
                        "attention_dropout",
                        "activation_dropout",
                        "classifier_dropout",
                        "pooler_dropout",
                        "hidden_dropout")) {
            options.addConfigOverride(key, 0.0);
        }
        return options.build();
    }

    /** Keeps the gradients that an optimizer would see. */
    private static final class Watch implements ParameterGrouping {

        private Map<String, Parameter> tensors = Map.of();
        private final Map<String, double[]> gradients = new LinkedHashMap<>();

        @Override
        public List<ParameterGroup> group(Map<String, Parameter> trainable) {
            tensors = trainable;
            return ParameterGrouping.byDecay(0).group(trainable);
        }

        @Override
        public void changeGradients() {
            tensors.forEach(
                    (name, tensor) -> {
                        try (NDArray gradient = tensor.getArray().getGradient()) {
                            float[] values = gradient.toFloatArray();
                            double[] wide = new double[values.length];
                            Arrays.setAll(wide, i -> values[i]);
                            gradients.put(name, wide);
                        }
                    });
        }
    }

    private static Map<String, double[]> gradients(
            String name,
            TaskType task,
            LabelledTokens.Kind labels,
            String config,
            int batch,
            double[] losses)
            throws IOException {
        Watch watch = new Watch();
        try (TransformerModel base =
                Transformers.load(Golden.path("models/" + name), task, NO_DROPOUT)) {
            long pad = base.config().integer("pad_token_id", 0);
            LabelledTokens rows = LabelledTokens.of(labels, pad);
            Engine.getEngine("PyTorch").setRandomSeed(3);
            try (PeftModel model =
                    PeftModels.getPeftModel(
                            base,
                            PeftModels.getPeftConfig(
                                    JsonValues.parseObject("{" + config + "}", "config")))) {
                TrainingArguments arguments =
                        TrainingArguments.builder()
                                .optMaxSteps(1)
                                .optMaxGradNorm(0)
                                .optLearningRate(1e-9)
                                .optLoggingSteps(1)
                                .optGradientAccumulationSteps((rows.size() + batch - 1) / batch)
                                .build();
                BatchLoader loader = BatchLoader.builder(rows).optBatchSize(batch).build();
                PeftTrainer trainer =
                        PeftTrainer.builder(model, arguments).optParameterGrouping(watch).build();
                losses[1] = Objects.requireNonNull(trainer.evaluate(loader).get("loss"));
                TrainingResult result = trainer.fit(loader, null);
                losses[0] = result.finalLoss();
                assertThat(result.history().get(0).figures()).containsEntry("loss", losses[0]);
            }
        }
        return watch.gradients;
    }

    private static void sameGradients(
            String model, TaskType task, LabelledTokens.Kind labels, String config)
            throws IOException {
        double[] expectedLosses = new double[2];
        Map<String, double[]> expected = gradients(model, task, labels, config, 6, expectedLosses);
        double norm =
                Math.sqrt(expected.values().stream().mapToDouble(AccumulationTest::square).sum());
        assertThat(norm).isPositive();
        double bound = model.startsWith("t5") ? T5_BOUND : BOUND;
        for (int size : new int[] {1, 4}) {
            double[] losses = new double[2];
            Map<String, double[]> found = gradients(model, task, labels, config, size, losses);
            double sum = 0;
            assertThat(found.keySet()).isEqualTo(expected.keySet());
            for (Map.Entry<String, double[]> each : expected.entrySet()) {
                double[] other = Objects.requireNonNull(found.get(each.getKey()));
                double[] gap = each.getValue().clone();
                Arrays.setAll(gap, i -> gap[i] - other[i]);
                sum += square(gap);
            }
            assertThat(Math.sqrt(sum) / norm).as("batches of %d", size).isLessThan(bound);
            for (int i = 0; i < 2; i++) {
                assertThat(Math.abs(losses[i] / expectedLosses[i] - 1)).isLessThan(BOUND);
            }
        }
    }

    private static double square(double[] values) {
        return Arrays.stream(values).map(value -> value * value).sum();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    bert-seqcls | SEQ_CLS | CLASS
                    roberta-seqcls | SEQ_CLS | CLASS
                    bart-seqcls | SEQ_CLS | CLASS
                    gpt2-seqcls | SEQ_CLS | CLASS
                    llama-seqcls | SEQ_CLS | CLASS
                    bert-seqcls-regression | SEQ_CLS | NUMBER
                    bert-seqcls-multilabel | SEQ_CLS | CLASSES
                    bert-tokcls | TOKEN_CLS | TAGS
                    gpt2-tokcls | TOKEN_CLS | TAGS
                    deberta-v2-tokcls | TOKEN_CLS | TAGS
                    bert-qa | QUESTION_ANS | SPAN
                    bart-qa | QUESTION_ANS | SPAN
                    llama-causal | CAUSAL_LM | TOKENS
                    gpt2-causal | CAUSAL_LM | TOKENS
                    gemma2-causal | CAUSAL_LM | TOKENS
                    t5-seq2seq | SEQ_2_SEQ_LM | TOKENS
                    bart-seq2seq | SEQ_2_SEQ_LM | TOKENS
                    """)
    void areThoseOfOneBatchWithEachHead(String model, TaskType task, LabelledTokens.Kind labels)
            throws IOException {
        sameGradients(model, task, labels, LORA + "\"task_type\": \"" + task + "\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    gpt2-causal | CAUSAL_LM | TOKENS | "peft_type": "IA3", "init_ia3_weights": false
                    gpt2-causal | CAUSAL_LM | TOKENS | "peft_type": "LORA", "use_dora": true, "init_lora_weights": false
                    gpt2-causal | CAUSAL_LM | TOKENS | "peft_type": "ADALORA", "init_r": 4, "target_r": 2, "total_step": 10, "tinit": 2, "tfinal": 2, "orth_reg_weight": 0.5
                    gpt2-causal | CAUSAL_LM | TOKENS | "peft_type": "VERA", "r": 4, "target_modules": ["c_attn"]
                    gpt2-causal | CAUSAL_LM | TOKENS | "peft_type": "LN_TUNING"
                    gpt2-causal | CAUSAL_LM | TOKENS | "peft_type": "LOHA", "r": 4, "init_weights": false, "target_modules": ["lm_head"]
                    gpt2-causal | CAUSAL_LM | TOKENS | "peft_type": "PROMPT_TUNING", "num_virtual_tokens": 4
                    gpt2-causal | CAUSAL_LM | TOKENS | "peft_type": "P_TUNING", "num_virtual_tokens": 4, "encoder_hidden_size": 8
                    gpt2-causal | CAUSAL_LM | TOKENS | "peft_type": "PREFIX_TUNING", "num_virtual_tokens": 4
                    gpt2-causal | CAUSAL_LM | TOKENS | "peft_type": "CPT", "cpt_token_ids": [5, 6, 7, 8], "cpt_mask": [1, 1, 1, 1], "cpt_tokens_type_mask": [1, 2, 3, 4]
                    gpt2-causal | CAUSAL_LM | TOKENS | "peft_type": "CPT", "cpt_token_ids": [5, 6, 7, 8], "cpt_mask": [1, 1, 1, 1], "cpt_tokens_type_mask": [1, 2, 3, 4], "opt_weighted_loss_type": "decay", "opt_loss_decay_factor": 0.5
                    llama-causal | CAUSAL_LM | TOKENS | "peft_type": "PREFIX_TUNING", "num_virtual_tokens": 4
                    bert-seqcls | SEQ_CLS | CLASS | "peft_type": "PROMPT_TUNING", "num_virtual_tokens": 4
                    bert-seqcls | SEQ_CLS | CLASS | "peft_type": "PREFIX_TUNING", "num_virtual_tokens": 4
                    bert-seqcls | SEQ_CLS | CLASS | "peft_type": "P_TUNING", "num_virtual_tokens": 4, "encoder_hidden_size": 8
                    bert-seqcls | SEQ_CLS | CLASS | "peft_type": "ADALORA", "init_r": 4, "target_r": 2, "total_step": 10, "tinit": 2, "tfinal": 2
                    bert-tokcls | TOKEN_CLS | TAGS | "peft_type": "PROMPT_TUNING", "num_virtual_tokens": 4
                    bert-tokcls | TOKEN_CLS | TAGS | "peft_type": "PREFIX_TUNING", "num_virtual_tokens": 4
                    bert-tokcls | TOKEN_CLS | TAGS | "peft_type": "IA3", "init_ia3_weights": false
                    bert-qa | QUESTION_ANS | SPAN | "peft_type": "PREFIX_TUNING", "num_virtual_tokens": 4
                    bert-qa | QUESTION_ANS | SPAN | "peft_type": "PROMPT_TUNING", "num_virtual_tokens": 4
                    t5-seq2seq | SEQ_2_SEQ_LM | TOKENS | "peft_type": "PROMPT_TUNING", "num_virtual_tokens": 4
                    t5-seq2seq | SEQ_2_SEQ_LM | TOKENS | "peft_type": "PREFIX_TUNING", "num_virtual_tokens": 4
                    bart-seq2seq | SEQ_2_SEQ_LM | TOKENS | "peft_type": "PREFIX_TUNING", "num_virtual_tokens": 4
                    bart-seq2seq | SEQ_2_SEQ_LM | TOKENS | "peft_type": "PROMPT_TUNING", "num_virtual_tokens": 4
                    """)
    void areThoseOfOneBatchWithEachMethod(
            String model, TaskType task, LabelledTokens.Kind labels, String config)
            throws IOException {
        sameGradients(model, task, labels, config + ", \"task_type\": \"" + task + "\"");
    }

    /** A base knows what its head learns from where its adapter names no task. */
    @ParameterizedTest
    @CsvSource({
        "llama-causal, CAUSAL_LM, TOKENS",
        "gpt2-causal, CAUSAL_LM, TOKENS",
        "bert-tokcls, TOKEN_CLS, TAGS",
        "bert-seqcls, SEQ_CLS, CLASS"
    })
    void areSoWhereTheAdapterNamesNoTask(String model, TaskType task, LabelledTokens.Kind labels)
            throws IOException {
        sameGradients(model, task, labels, LORA + "\"bias\": \"none\"");
    }
}
