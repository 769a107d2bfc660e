package io.github.peft4j.transformers.encoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.nn.Embedding;
import io.github.peft4j.transformers.layout.TokenInput;

/** Positions and types of an input's tokens: those given, or what a family takes instead. */
public final class TokenIds {

    private TokenIds() {}

    /**
     * Positions [B, S].
     *
     * @throws IllegalArgumentException if the table has no row for one
     */
    public static NDArray positions(
            ModelInput input, Embedding table, PositionRule rule, int padTokenId) {
        NDArray given = input.get(ModelInput.POSITION_IDS);
        if (given == null) {
            return rule.of(input, padTokenId, table.rows());
        }
        TokenInput.requireRows(
                given, table, ModelInput.POSITION_IDS, "Truncate the texts (maxLength).");
        // One row may stand for all.
        Shape shape = shape(input);
        return given.getShape().equals(shape) ? given : given.broadcast(shape);
    }

    /**
     * Types [B, S], 0 where the input has none.
     *
     * @throws IllegalArgumentException if the table has no row for one
     */
    public static NDArray types(ModelInput input, Embedding table) {
        NDArray given = input.get(ModelInput.TOKEN_TYPE_IDS);
        if (given == null) {
            return input.manager().zeros(shape(input), DataType.INT64);
        }
        TokenInput.requireRows(
                given,
                table,
                ModelInput.TOKEN_TYPE_IDS,
                "Leave them out, or take those of this checkpoint's tokenizer.");
        return given;
    }

    private static Shape shape(ModelInput input) {
        return TokenInput.tokens(input).getShape().slice(0, 2);
    }
}
