package io.github.peft4j.task.generate.prefix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.precision.Precision;
import io.github.peft4j.task.generate.Generator;
import io.github.peft4j.task.generate.PromptBatch;
import io.github.peft4j.task.generate.config.GenerationConfig;
import io.github.peft4j.task.tokenize.Side;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.transformers.family.AutoClass;
import io.github.peft4j.tuner.ia3.IA3Config;
import io.github.peft4j.tuner.lora.InitLoraWeights;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A kept beginning of a prompt gives what computing it gives, and only where that is the same. */
class PrefixCacheTest {

    private static final int COMMON = 40;
    private static final double ROUNDING = 3e-5;

    private static TransformerModel load(String model, Precision precision) throws IOException {
        return Transformers.load(
                Golden.path("models/" + model),
                AutoClass.CAUSAL_LM,
                LoadOptions.builder().optPrecision(precision).build());
    }

    /** Prompts that begin alike and end in this many tokens of their own. */
    private static List<long[]> prompts(int... own) {
        long[] common = new Random(7).longs(COMMON, 5, 60).toArray();
        List<long[]> prompts = new ArrayList<>();
        for (int i = 0; i < own.length; i++) {
            long[] prompt = Arrays.copyOf(common, COMMON + own[i]);
            long[] end = new Random(100 + i).longs(own[i], 5, 60).toArray();
            System.arraycopy(end, 0, prompt, COMMON, own[i]);
            prompts.add(prompt);
        }
        return prompts;
    }

    private static GenerationConfig config(int tokens) {
        return GenerationConfig.builder()
                .optMaxNewTokens(tokens)
                .optMinNewTokens(tokens)
                .optPadTokenId(1)
                .build();
    }

    private static PromptBatch batch(List<long[]> prompts) {
        return PromptBatch.padded(prompts, 1, Side.LEFT);
    }

    /** All scores of a generation, one after the other. */
    private static double[] scores(Generator generator, PromptBatch prompts) {
        List<float[]> seen = new ArrayList<>();
        generator.with((row, scores) -> seen.add(scores.clone())).generate(prompts, config(4));
        return seen.stream()
                .flatMapToDouble(
                        row -> {
                            double[] wide = new double[row.length];
                            for (int i = 0; i < row.length; i++) {
                                wide[i] = row[i];
                            }
                            return Arrays.stream(wide);
                        })
                .filter(Double::isFinite)
                .toArray();
    }

    private static double distance(double[] a, double[] b) {
        assertThat(a).hasSameSizeAs(b).isNotEmpty();
        double difference = 0;
        double size = 0;
        for (int i = 0; i < a.length; i++) {
            difference += (a[i] - b[i]) * (a[i] - b[i]);
            size += b[i] * b[i];
        }
        return Math.sqrt(difference / size);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "llama-causal",
                "gpt2-causal",
                "gemma2-causal",
                "gptneox-causal",
                "opt-causal",
                "qwen3-causal"
            })
    void givesWhatComputingGives(String model) throws IOException {
        for (Precision precision : new Precision[] {Precision.FLOAT32, Precision.FP16_PACKED}) {
            try (TransformerModel base = load(model, precision);
                    PrefixCache cache = PrefixCache.ofBytes(1 << 24)) {
                Generator plain = Generator.of(base);
                Generator kept = plain.withPrefixCache(cache);
                for (long[] prompt : prompts(5, 9, 0, 1)) {
                    PromptBatch one = batch(List.of(prompt));
                    assertThat(distance(scores(kept, one), scores(plain, one)))
                            .isLessThan(ROUNDING);
                }
                // Two whole blocks are common; a prompt's last token is always computed.
                assertThat(cache.reusedTokens()).isEqualTo(32 + 32 + 32);
                PromptBatch together = batch(prompts(3, 12, 0));
                assertThat(distance(scores(kept, together), scores(plain, together)))
                        .isLessThan(ROUNDING);
                assertThat(cache.reusedTokens()).isGreaterThan(96 + 60);
            }
        }
    }

    @Test
    void readsAPromptThatIsKeptWhole() throws IOException {
        try (TransformerModel base = load("llama-causal", Precision.FLOAT32);
                PrefixCache cache = PrefixCache.ofBytes(1 << 24)) {
            Generator plain = Generator.of(base);
            Generator kept = plain.withPrefixCache(cache);
            PromptBatch whole = batch(prompts(8)); // three blocks
            scores(kept, whole);
            assertThat(distance(scores(kept, whole), scores(plain, whole))).isLessThan(ROUNDING);
            assertThat(cache.reusedTokens()).isEqualTo(47);
        }
    }

    @Test
    void adaptersHaveBeginningsOfTheirOwn() throws IOException {
        LoraConfig lora =
                LoraConfig.builder()
                        .optTaskType(TaskType.CAUSAL_LM)
                        .optInitLoraWeights(InitLoraWeights.FALSE)
                        .build();
        PromptBatch prompt = batch(prompts(5));
        try (TransformerModel base = load("llama-causal", Precision.FLOAT32);
                PeftModel model = PeftModels.getPeftModel(base, lora);
                PrefixCache cache = PrefixCache.ofBytes(1 << 24)) {
            model.addAdapter("other", lora);
            Generator plain = Generator.of(model);
            Generator kept = plain.withPrefixCache(cache);
            scores(kept, prompt);
            List<Runnable> changes =
                    List.of(
                            () -> model.setAdapter("other"),
                            () -> model.setAdapter("other", PeftModel.DEFAULT_ADAPTER),
                            () -> model.setScale("other", 0.5),
                            () -> model.setActivation(model.activation().disable()),
                            () -> model.setAdapter(PeftModel.DEFAULT_ADAPTER),
                            () -> write(model));
            long before = 0;
            for (Runnable change : changes) {
                double[] old = scores(plain, prompt);
                change.run();
                double[] expected = scores(plain, prompt);
                assertThat(distance(old, expected)).isGreaterThan(1e-3);
                assertThat(distance(scores(kept, prompt), expected)).isLessThan(ROUNDING);
                long after = cache.reusedTokens();
                // Only the first adapter, as it was, had been here before.
                assertThat(after - before).isEqualTo(change == changes.get(4) ? 32 : 0);
                before = after;
            }
            assertThat(distance(scores(kept, prompt), scores(plain, prompt))).isLessThan(ROUNDING);
            assertThat(cache.reusedTokens()).isEqualTo(before + 32);
        }
    }

    private static void write(PeftModel model) {
        try (Gradients off = Gradients.off()) {
            model.trainableTensors().values().forEach(tensor -> tensor.getArray().muli(1.5f));
        }
    }

    @Test
    void aTrainedBaseHasNewBeginnings() throws IOException {
        PromptBatch prompt = batch(prompts(5));
        try (TransformerModel base = load("gpt2-causal", Precision.FLOAT32);
                PrefixCache cache = PrefixCache.ofBytes(1 << 24)) {
            Generator kept = Generator.of(base).withPrefixCache(cache);
            scores(kept, prompt);
            try (Gradients off = Gradients.off()) {
                base.parameters().values().iterator().next().getArray().muli(1.5f);
            }
            assertThat(distance(scores(kept, prompt), scores(Generator.of(base), prompt)))
                    .isLessThan(ROUNDING);
            assertThat(cache.reusedTokens()).isZero();
        }
    }

    @Test
    void keysThatDependOnMoreAreNotKept() throws IOException {
        List<PeftConfig> configs =
                List.of(
                        PeftConfig.fromJson(
                                """
                                {"peft_type": "PROMPT_TUNING", "task_type": "CAUSAL_LM",
                                 "num_virtual_tokens": 3}"""),
                        PeftConfig.fromJson(
                                """
                                {"peft_type": "LORA", "task_type": "CAUSAL_LM",
                                 "alora_invocation_tokens": [7, 8]}"""),
                        IA3Config.builder().optTaskType(TaskType.CAUSAL_LM).build());
        PromptBatch prompt = batch(prompts(5));
        for (PeftConfig config : configs) {
            try (TransformerModel base = load("llama-causal", Precision.FLOAT32);
                    PeftModel model = PeftModels.getPeftModel(base, config);
                    PrefixCache cache = PrefixCache.ofBytes(1 << 24)) {
                Generator plain = Generator.of(model);
                Generator kept = plain.withPrefixCache(cache);
                scores(kept, prompt);
                assertThat(distance(scores(kept, prompt), scores(plain, prompt)))
                        .isLessThan(ROUNDING);
                assertThat(cache.bytes() > 0).isEqualTo(config instanceof IA3Config);
            }
        }
    }

    @Test
    void holdsNoMoreThanItsLimit() throws IOException {
        try (TransformerModel base = load("llama-causal", Precision.FLOAT32)) {
            long block;
            try (PrefixCache cache = PrefixCache.ofBytes(1 << 24)) {
                scores(Generator.of(base).withPrefixCache(cache), batch(prompts(0)));
                block = cache.bytes() / 2;
            }
            try (PrefixCache cache = PrefixCache.ofBytes(3 * block)) {
                Generator plain = Generator.of(base);
                Generator kept = plain.withPrefixCache(cache);
                for (int i = 0; i < 6; i++) {
                    PromptBatch prompt = batch(List.of(new Random(i).longs(40, 5, 60).toArray()));
                    assertThat(distance(scores(kept, prompt), scores(plain, prompt)))
                            .isLessThan(ROUNDING);
                    assertThat(cache.bytes()).isPositive().isLessThanOrEqualTo(3 * block);
                }
                PromptBatch last = batch(List.of(new Random(5).longs(40, 5, 60).toArray()));
                scores(kept, last);
                assertThat(cache.reusedTokens()).isEqualTo(32);
            }
        }
    }

    @Test
    void beamsGoOnFromIt() throws IOException {
        try (TransformerModel base = load("llama-causal", Precision.FLOAT32);
                PrefixCache cache = PrefixCache.ofBytes(1 << 24)) {
            Generator plain = Generator.of(base);
            Generator kept = plain.withPrefixCache(cache);
            GenerationConfig beams = config(4).toBuilder().optNumBeams(3).build();
            PromptBatch prompts = batch(prompts(2, 6));
            kept.generate(prompts, beams);
            assertThat(kept.generate(prompts, beams).sequences())
                    .isEqualTo(plain.generate(prompts, beams).sequences());
            assertThat(cache.reusedTokens()).isPositive();
        }
    }

    @Test
    void refusesUseAfterItsEnd() throws IOException {
        assertThatThrownBy(() -> PrefixCache.ofBytes(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0 bytes");
        PrefixCache cache = PrefixCache.ofBytes(1);
        cache.close();
        try (TransformerModel base = load("llama-causal", Precision.FLOAT32)) {
            Generator kept = Generator.of(base).withPrefixCache(cache);
            assertThatThrownBy(() -> kept.generate(batch(prompts(1)), config(1)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed");
        }
    }
}
