package io.github.peft4j.tuner.prompt;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import com.google.common.base.Preconditions;
import io.github.peft4j.model.ModelInput;

/** What a call says of each position, for positions in front that it does not know of. */
public final class PaddedMask {

    /** The label that does not count. */
    static final long IGNORED = -100;

    private PaddedMask() {}

    /** The call with a mask, if it has it, that shows so many more tokens in front. */
    public static ModelInput mask(ModelInput input, String name, long count) {
        return extended(input, name, count, 1);
    }

    /** The call with labels [B, S], if it has some, of which so many in front do not count. */
    public static ModelInput labels(ModelInput input, long count) {
        return extended(input, ModelInput.LABELS, count, IGNORED);
    }

    /** The call with token types, if it has them, of so many more tokens of type 0. */
    static ModelInput types(ModelInput input, long count) {
        return extended(input, ModelInput.TOKEN_TYPE_IDS, count, 0);
    }

    private static ModelInput extended(ModelInput input, String name, long count, long value) {
        NDArray given = input.get(name);
        if (given == null) {
            return input;
        }
        Shape shape = given.getShape();
        Preconditions.checkArgument(
                shape.dimension() == 2,
                "%s is %s, but with virtual tokens it must be [batch, sequence]. Give a number for"
                        + " each token.",
                name,
                shape);
        NDArray front =
                given.getManager()
                        .full(new Shape(shape.get(0), count), (float) value, given.getDataType());
        return input.with(name, front.concat(given, 1));
    }
}
