package io.github.peft4j.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.ops.Ops;
import org.jspecify.annotations.Nullable;

/**
 * Looks up rows: {@code y = s W[x]}.
 *
 * <ul>
 *   <li>x: [...] int64, each from 0 to rows - 1; y: [..., dim]
 *   <li>weight W: [rows, dim], as in {@code torch.nn.Embedding}
 *   <li>s: 1 but in models that scale their embeddings
 * </ul>
 *
 * <p>The row of the padding index, if there is one, is used but gets no gradient.
 */
public final class Embedding extends Leaf {

    private final Parameter weight;
    private final @Nullable Integer paddingIndex;
    private final double scale;

    /** A table without a padding row. */
    public Embedding(long rows, long dim) {
        this(rows, dim, null);
    }

    /** A table whose row {@code paddingIndex} gets no gradient. */
    public Embedding(long rows, long dim, @Nullable Integer paddingIndex) {
        this(rows, dim, paddingIndex, 1);
    }

    /** The same with a factor on what it looks up. */
    public Embedding(long rows, long dim, @Nullable Integer paddingIndex, double scale) {
        weight = parameter("weight", Parameter.Type.WEIGHT, rows, dim);
        this.paddingIndex = paddingIndex;
        this.scale = scale;
    }

    private Embedding(Embedding other) {
        weight = addParameter(other.weight);
        paddingIndex = other.paddingIndex;
        scale = other.scale;
    }

    /**
     * Another layer that reads this one's table, as the halves of an encoder-decoder do. Adapters
     * act on each of them alone.
     */
    public Embedding tied() {
        return new Embedding(this);
    }

    /** How many rows there are. */
    public long rows() {
        return weight.getShape().get(0);
    }

    @Override
    public NDArray compute(NDArray ids, NDArray w, @Nullable NDArray b) {
        NDArray rows =
                paddingIndex == null
                        ? Ops.embedding(ids, w)
                        : Ops.embedding(ids, w, paddingIndex.longValue());
        return scale == 1 ? rows : Ops.scale(rows, scale);
    }

    @Override
    public long unmovedRow() {
        return paddingIndex == null ? -1 : paddingIndex;
    }

    @Override
    public double outputScale() {
        return scale;
    }

    @Override
    public LayerKind kind() {
        return LayerKind.EMBEDDING;
    }

    @Override
    public Parameter weight() {
        return weight;
    }

    @Override
    public @Nullable Parameter bias() {
        return null;
    }

    @Override
    public Shape[] getOutputShapes(Shape[] shapes) {
        return new Shape[] {shapes[0].add(weight.getShape().get(1))};
    }
}
