package io.github.peft4j.task.generate;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableLongArray;
import io.github.peft4j.task.generate.config.EarlyStopping;
import io.github.peft4j.task.generate.config.GenerationConfig;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Generation where every answer can be counted. */
class MarkovGenerationTest {

    /** Log probabilities of the next token by the last; 0 ends a text. */
    private static final float[][] CHAIN = {
        logs(0.25, 0.25, 0.25, 0.25),
        logs(0.1, 0.15, 0.35, 0.4), // after 1 likely 3
        logs(0.05, 0.05, 0.05, 0.85), // after 2 almost surely 3
        logs(0.3, 0.25, 0.25, 0.2)
    };

    private static final GenerationConfig CONFIG =
            GenerationConfig.builder().optEosTokenId(0).optMaxNewTokens(4).build();

    @Test
    void greedyFollowsTheLikeliestTokenAndFillsFinishedRows() {
        PromptBatch prompts = PromptBatch.of(new long[][] {{1}, {2}});
        GenerationConfig config = CONFIG.toBuilder().optPadTokenId(0).build();

        GenerationResult result = decoder().generate(prompts, config);

        assertThat(result.sequences()).containsExactly(row(1, 3, 0), row(2, 3, 0));
        assertThat(result.newTokens(0)).isEqualTo(row(3, 0));
        assertThat(result.promptLength()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void manyBeamsFindTheLikeliestOfAllTexts(boolean cache) {
        GenerationConfig config =
                CONFIG.toBuilder()
                        .optNumBeams(40)
                        .optNumReturnSequences(5)
                        .optLengthPenalty(0)
                        .optEarlyStopping(EarlyStopping.IMPOSSIBLE)
                        .optUseCache(cache)
                        .build();

        GenerationResult result = decoder().generate(PromptBatch.of(new long[][] {{1}}), config);

        List<Text> best = allTexts().limit(5).toList();
        for (int i = 0; i < 5; i++) {
            assertThat(result.scores().get(i)).isCloseTo(best.get(i).score(), Offset.offset(1e-5));
        }
        assertThat(result.newTokens(0)).isEqualTo(best.get(0).tokens());
    }

    @Test
    void drawnBeamsAreDrawnWithoutPuttingBack() {
        GenerationConfig config =
                CONFIG.toBuilder()
                        .optNumBeams(3)
                        .optNumReturnSequences(3)
                        .optDoSample(true)
                        .optMaxNewTokens(1)
                        .optTopK(0)
                        .optSeed(5L)
                        .build();

        GenerationResult result = decoder().generate(PromptBatch.of(new long[][] {{1}}), config);

        assertThat(result.sequences()).doesNotHaveDuplicates();
        assertThat(decoder().generate(PromptBatch.of(new long[][] {{1}}), config))
                .isEqualTo(result);
    }

    @Test
    void drawsTokensAsOftenAsTheyAreLikely() {
        GenerationConfig config =
                CONFIG.toBuilder()
                        .optDoSample(true)
                        .optTopK(0)
                        .optMaxNewTokens(1)
                        .optNumReturnSequences(20_000)
                        .optSeed(1L)
                        .build();
        int[] counts = new int[4];

        GenerationResult result = decoder().generate(PromptBatch.of(new long[][] {{1}}), config);
        result.sequences().forEach(sequence -> counts[(int) sequence.get(1)]++);

        // three standard deviations of a count are at most 210
        assertThat(counts[0]).isBetween(1790, 2210);
        assertThat(counts[1]).isBetween(2790, 3210);
        assertThat(counts[2]).isBetween(6790, 7210);
        assertThat(counts[3]).isBetween(7790, 8210);
    }

    @Test
    void drawsTheSameForTheSameSeedAndOtherwiseForAnother() {
        PromptBatch prompt = PromptBatch.of(new long[][] {{1}});
        GenerationConfig config =
                CONFIG.toBuilder()
                        .optDoSample(true)
                        .optMaxNewTokens(60)
                        .optMinNewTokens(60)
                        .optSeed(1L)
                        .build();

        GenerationResult first = decoder().generate(prompt, config);

        assertThat(decoder().generate(prompt, config)).isEqualTo(first);
        assertThat(decoder().generate(prompt, config.with(Map.of("seed", 2)))).isNotEqualTo(first);
    }

    @Test
    void whatIsDrawnForARowDoesNotDependOnOtherRows() {
        GenerationConfig config =
                CONFIG.toBuilder().optDoSample(true).optMaxNewTokens(9).optSeed(3L).build();

        GenerationResult alone = decoder().generate(PromptBatch.of(new long[][] {{1}}), config);
        GenerationResult beside =
                decoder().generate(PromptBatch.of(new long[][] {{1}, {2}}), config);

        assertThat(beside.newTokens(0)).isEqualTo(alone.newTokens(0));
    }

    @Test
    void runsAnEncoderOnceAndStartsTheDecoderByItself() {
        MarkovModel model = new MarkovModel(CHAIN, true);
        GenerationConfig config =
                CONFIG.toBuilder().optDecoderStartTokenId(1).optMinNewTokens(4).build();
        PromptBatch prompts =
                PromptBatch.of(new long[][] {{4, 4}, {1, 9}}, new long[][] {{1, 1}, {1, 0}});

        GenerationResult result = generator(model).generate(prompts, config);

        // States 8 and 1: as if the last token were the same (8 = 0 modulo 4), or the one after.
        assertThat(result.sequences()).containsExactly(row(1, 3, 1, 3, 1), row(1, 3, 1, 3, 1));
        assertThat(result.promptLength()).isEqualTo(1);
        assertThat(model.calls.get(0)).containsEntry("input_ids", new Shape(2, 2));
        assertThat(model.calls.subList(1, 4))
                .allSatisfy(
                        call ->
                                assertThat(call)
                                        .doesNotContainKey("input_ids")
                                        .containsEntry("encoder_outputs", new Shape(2, 1, 1))
                                        .containsEntry("decoder_input_ids", new Shape(2, 1)));
    }

    @Test
    void readsPromptsOnceForAllTheirBeams() {
        MarkovModel model = new MarkovModel(CHAIN, true);
        GenerationConfig config =
                CONFIG.toBuilder().optDecoderStartTokenId(1).optNumBeams(3).build();

        GenerationResult result =
                generator(model).generate(PromptBatch.of(new long[][] {{4}, {8}}), config);

        assertThat(model.calls.get(0)).containsEntry("decoder_input_ids", new Shape(2, 1));
        assertThat(model.calls.get(1))
                .containsEntry("decoder_input_ids", new Shape(6, 1))
                .containsEntry("encoder_outputs", new Shape(6, 1, 1));
        assertThat(result.sequences().get(0)).isEqualTo(result.sequences().get(1));
    }

    @Test
    void givesAMaskAndPositionsOnlyWhereSomethingIsPadding() {
        MarkovModel model = new MarkovModel(CHAIN, false);

        generator(model).generate(PromptBatch.of(new long[][] {{1, 2}}), CONFIG);
        assertThat(model.calls.get(1)).containsOnlyKeys("input_ids");

        model.calls.clear();
        generator(model)
                .generate(PromptBatch.of(new long[][] {{1, 2}}, new long[][] {{0, 1}}), CONFIG);
        assertThat(model.calls.get(1))
                .containsEntry("attention_mask", new Shape(1, 3))
                .containsEntry("position_ids", new Shape(1, 1));
    }

    @Test
    void countsPositionsBehindThePadding() {
        MarkovModel model = new MarkovModel(CHAIN, false);
        PromptBatch prompts =
                PromptBatch.of(
                        new long[][] {{1, 1, 2}, {0, 1, 2}}, new long[][] {{1, 1, 1}, {0, 1, 1}});
        GenerationConfig beams = CONFIG.with(Map.of("num_beams", 2, "max_new_tokens", 2));

        generator(model).generate(prompts, beams);

        assertThat(model.positions).containsExactly(row(0, 1, 2, 0, 0, 1), row(3, 3, 2, 2));
    }

    @Test
    void runsOnesOwnProcessorsToo() {
        GenerationResult result =
                decoder()
                        .with((row, scores) -> scores[3] = Float.NEGATIVE_INFINITY)
                        .generate(PromptBatch.of(new long[][] {{1}}), CONFIG);

        assertThat(result.newTokens(0).get(0)).isEqualTo(2);
    }

    private static Generator decoder() {
        return generator(new MarkovModel(CHAIN, false));
    }

    private static Generator generator(MarkovModel model) {
        return Generator.of(model::callable);
    }

    private static ImmutableLongArray row(long... ids) {
        return ImmutableLongArray.copyOf(ids);
    }

    private static float[] logs(double... probabilities) {
        float[] logs = new float[probabilities.length];
        for (int i = 0; i < logs.length; i++) {
            logs[i] = (float) Math.log(probabilities[i]);
        }
        return logs;
    }

    /** A finished text and its log probability. */
    private record Text(ImmutableLongArray tokens, double score) {}

    /** All texts that go on from 1, the likeliest first. */
    private static Stream<Text> allTexts() {
        List<Text> done = new ArrayList<>();
        grow(ImmutableList.of(), 1, 0, done);
        return done.stream().sorted(Comparator.comparingDouble(Text::score).reversed());
    }

    private static void grow(ImmutableList<Long> text, int last, double score, List<Text> done) {
        for (int token = 0; token < 4; token++) {
            ImmutableList<Long> next =
                    ImmutableList.<Long>builder().addAll(text).add((long) token).build();
            double sum = score + CHAIN[last][token];
            if (token == 0 || next.size() == 4) {
                done.add(new Text(ImmutableLongArray.copyOf(next), sum));
            } else {
                grow(next, token, sum, done);
            }
        }
    }
}
