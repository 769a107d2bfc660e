package io.github.peft4j.cli.conformance.play;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import io.github.peft4j.PeftModel;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.adapter.rows.RowActivation;
import io.github.peft4j.cli.conformance.compare.CaseFailure;
import io.github.peft4j.cli.conformance.compare.Comparison;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Gives every other row of a batch the adapter and the others none: each must get what it gets
 * where all rows are alike. Passed over where the adapter says that it cannot act on some rows.
 *
 * @param acting what the whole batch gives under the adapter
 */
public record EachRow(
        PeftModel model, ModelInput input, ModelOutput acting, Comparison comparison) {

    /** Compares row by row. */
    public void check() throws CaseFailure {
        if (input.rows() < 2 || model.activeAdapters().isEmpty()) {
            return;
        }
        Activation adapter = model.activation();
        List<Activation> rows = new ArrayList<>();
        for (int row = 0; row < input.rows(); row++) {
            rows.add(row % 2 == 0 ? adapter : Activation.none());
        }
        ModelOutput mixed;
        try {
            mixed = model.forward(input, new RowActivation(rows));
        } catch (IllegalArgumentException | UnsupportedFeatureException refusal) {
            return; // the table of methods says which do
        }
        ModelOutput plain = model.forward(input, Activation.none());
        for (Map.Entry<String, NDArray> field : mixed.arrays().entrySet()) {
            String name = field.getKey();
            NDArray with = acting.get(name).orElse(null);
            NDArray without = plain.get(name).orElse(null);
            if (with == null || without == null || !isOfRows(field.getValue(), with, without)) {
                continue;
            }
            for (int row = 0; row < rows.size(); row++) {
                NDIndex index = new NDIndex().addIndices(row);
                comparison.compare(
                        "row " + row + " of a mixed batch, " + name,
                        field.getValue().get(index),
                        (row % 2 == 0 ? with : without).get(index));
            }
        }
    }

    private boolean isOfRows(NDArray mixed, NDArray with, NDArray without) {
        return mixed.getShape().dimension() > 0
                && mixed.getShape().get(0) == input.rows()
                && mixed.getShape().equals(with.getShape())
                && mixed.getShape().equals(without.getShape());
    }
}
