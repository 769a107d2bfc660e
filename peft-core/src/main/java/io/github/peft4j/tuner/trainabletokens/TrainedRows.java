package io.github.peft4j.tuner.trainabletokens;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.model.WeightedLayer;
import io.github.peft4j.ops.HeldNumbers;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.ops.TensorOps;
import io.github.peft4j.tuner.InitialValue;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The trained rows of one list of tokens; layers that read one table share its rows. */
final class TrainedRows {

    /** What PEFT calls the rows. */
    static final String TENSOR = "trainable_tokens_delta";

    private final String option;
    private final List<Integer> tokens;
    private final NDArray index;
    private final String name;
    private final boolean fromBase;
    private final Map<Parameter, Parameter> rows = new HashMap<>();

    /**
     * Rows of these tokens.
     *
     * @param manager where the adapter's tensors live
     * @param option the option that names the tokens, for error texts
     * @param name what stands behind a layer's name in the file
     * @param fromBase whether the rows start as the base's; normally distributed if not
     */
    TrainedRows(
            NDManager manager, String option, List<Integer> tokens, String name, boolean fromBase) {
        this.option = option;
        this.tokens = tokens;
        this.name = name;
        this.fromBase = fromBase;
        long[] ids = tokens.stream().mapToLong(Integer::longValue).toArray();
        try (NDArray wrapped = manager.create(ids)) {
            index = TensorOps.detached(wrapped);
        }
        index.attach(manager);
    }

    /** What acts at a layer, with the rows saved under the layer's name. */
    TokenRows at(LayerSite site) {
        Parameter delta = rows(site);
        return acting(site, delta, ImmutableMap.of(name, delta));
    }

    /** What acts at a layer that reads a table whose rows are saved under another layer's name. */
    TokenRows following(LayerSite site) {
        return acting(site, rows(site), ImmutableMap.of());
    }

    /** The rows of a layer's table. */
    Parameter rows(LayerSite site) {
        Parameter table = site.requireWeight();
        requireRows(site, table.getShape());
        return rows.computeIfAbsent(table, this::start);
    }

    private TokenRows acting(
            LayerSite site, Parameter delta, ImmutableMap<String, Parameter> owned) {
        long unmoved = site.block() instanceof WeightedLayer layer ? layer.unmovedRow() : -1;
        boolean lookUp = site.kind() == LayerKind.EMBEDDING;
        return new TokenRows(delta, owned, tokens, index, lookUp, unmoved);
    }

    private void requireRows(LayerSite site, Shape table) {
        for (int token : tokens) {
            if (token >= table.get(0)) {
                throw new IllegalArgumentException(
                        option
                                + " has "
                                + token
                                + ", but "
                                + site.path()
                                + " has the rows 0 to "
                                + (table.get(0) - 1)
                                + ". Load the base with more tokens (LoadOptions.optVocabSize), or"
                                + " correct the id.");
            }
        }
    }

    private Parameter start(Parameter table) {
        Shape shape = new Shape(index.getShape().size(), table.getShape().get(1));
        InitialValue start =
                fromBase
                        ? InitialValue.of(shape, manager -> rowsOf(table.getArray(), index))
                        : InitialValue.normal(0, 1, shape);
        return start.trained(TENSOR);
    }

    private static NDArray rowsOf(NDArray table, NDArray index) {
        if (HeldNumbers.isHeld(table)) {
            return HeldNumbers.embedding(index, table);
        }
        try (NDArray rows = Ops.rows(table, index)) {
            return TensorOps.detached(rows);
        }
    }
}
