package io.github.peft4j.transformers.encoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.model.FixedKeyValueCache;
import io.github.peft4j.model.KeyValueCache.KeyValues;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.nn.Embedding;
import java.util.Map;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TokenIdsTest {

    private static final int PAD = 1;

    private final NDManager manager = NDManager.newBaseManager("PyTorch");
    private final Embedding table = new Embedding(8, 4);

    @AfterEach
    void close() {
        manager.close();
    }

    private ModelInput ids(long... values) {
        NDArray ids = manager.create(values, new Shape(2, values.length / 2));
        return ModelInput.of(Map.of(ModelInput.INPUT_IDS, ids));
    }

    private static long[] positions(ModelInput input, Embedding table, PositionRule rule) {
        return TokenIds.positions(input, table, rule, PAD).toLongArray();
    }

    @Test
    void positionsCountFromZeroWithPadding() {
        Assertions.assertThat(positions(ids(5, 6, 7, PAD, 5, 6), table, PositionRule.FROM_ZERO))
                .containsExactly(0, 1, 2, 0, 1, 2);
    }

    @Test
    void positionsAfterPaddingCountTokensAlone() {
        ModelInput input = ids(5, PAD, 7, PAD, 5, 6);

        Assertions.assertThat(positions(input, table, PositionRule.AFTER_PADDING))
                .containsExactly(2, PAD, 3, PAD, 2, 3);
    }

    @Test
    void embeddingsCountAsTokensAll() {
        NDArray embeds = manager.zeros(new Shape(2, 3, 4));
        ModelInput input = ModelInput.of(Map.of(ModelInput.INPUTS_EMBEDS, embeds));

        Assertions.assertThat(positions(input, table, PositionRule.AFTER_PADDING))
                .containsExactly(2, 3, 4, 2, 3, 4);
        Assertions.assertThat(positions(input, table, PositionRule.FROM_ZERO))
                .containsExactly(0, 1, 2, 0, 1, 2);
    }

    @Test
    void keysFromOutsideStandBeforeTheText() {
        NDArray past = manager.zeros(new Shape(2, 2, 4));
        ModelInput input =
                ids(5, PAD, 7, 6)
                        .withCache(
                                new FixedKeyValueCache(
                                        ImmutableList.of(new KeyValues(past, past))));

        Assertions.assertThat(positions(input, table, PositionRule.FROM_ZERO))
                .containsExactly(2, 3, 2, 3);
        Assertions.assertThat(positions(input, table, PositionRule.AFTER_PADDING))
                .containsExactly(4, PAD, 4, 5);
    }

    @Test
    void refusesMoreTokensThanPositions() {
        Embedding short4 = new Embedding(4, 4);
        ModelInput three = ids(5, 6, 7, 5, PAD, PAD);

        Assertions.assertThat(positions(three, short4, PositionRule.FROM_ZERO)).hasSize(6);
        Assertions.assertThatThrownBy(() -> positions(three, short4, PositionRule.AFTER_PADDING))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "The input is 3 tokens long, but this model has 2 positions. Truncate the"
                                + " texts (maxLength).");
        Assertions.assertThatThrownBy(
                        () -> positions(ids(new long[10]), short4, PositionRule.FROM_ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("5 tokens long, but this model has 4 positions");
    }

    @Test
    void givenPositionsMayBeOneRowForAll() {
        ModelInput input =
                ids(5, 6, 7, 8)
                        .with(
                                ModelInput.POSITION_IDS,
                                manager.create(new long[] {4, 7}, new Shape(1, 2)));

        Assertions.assertThat(positions(input, table, PositionRule.FROM_ZERO))
                .containsExactly(4, 7, 4, 7);
    }

    @Test
    void refusesGivenPositionsOutsideTheTable() {
        ModelInput input =
                ids(5, 6, 7, 8)
                        .with(
                                ModelInput.POSITION_IDS,
                                manager.create(new long[] {4, 8}, new Shape(1, 2)));

        Assertions.assertThatThrownBy(() -> positions(input, table, PositionRule.FROM_ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "position_ids holds 8, but this model's table has rows 0 to 7. Truncate the"
                                + " texts (maxLength).");
    }

    @Test
    void typesAreZeroWhereNoneAreGiven() {
        Assertions.assertThat(TokenIds.types(ids(5, 6, 7, 8), table).toLongArray())
                .containsExactly(0, 0, 0, 0);
    }

    @Test
    void refusesTypesThatTheModelDoesNotHave() {
        Embedding one = new Embedding(1, 4);
        ModelInput input =
                ids(5, 6, 7, 8)
                        .with(
                                ModelInput.TOKEN_TYPE_IDS,
                                manager.ones(new Shape(2, 2), DataType.INT64));

        Assertions.assertThatThrownBy(() -> TokenIds.types(input, one))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "token_type_ids holds 1, but this model's table has rows 0 to 0. Leave them"
                                + " out, or take those of this checkpoint's tokenizer.");
    }
}
