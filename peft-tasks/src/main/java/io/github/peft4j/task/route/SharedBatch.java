package io.github.peft4j.task.route;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.adapter.rows.RowActivation;
import io.github.peft4j.model.LogitsToKeep;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The rows of several requests in one call. Shorter texts are filled up behind with padding that
 * the mask hides; each request gets its rows, its positions and its labels back.
 */
final class SharedBatch {

    /** What may be filled up with padding. */
    private static final ImmutableSet<String> TOKENS =
            ImmutableSet.of(
                    ModelInput.INPUT_IDS, ModelInput.ATTENTION_MASK, ModelInput.TOKEN_TYPE_IDS);

    /** Outputs [B, S], a number a position. */
    private static final ImmutableSet<String> BY_POSITION =
            ImmutableSet.of(ModelOutput.START_LOGITS, ModelOutput.END_LOGITS);

    private final List<Request> requests;
    private final int width;

    SharedBatch(List<Request> requests) {
        this.requests = requests;
        width = requests.stream().mapToInt(SharedBatch::width).max().orElseThrow();
    }

    /**
     * Whether a request's arrays are tokens with a mask and nothing else, and all positions are
     * wanted: padding behind a text would stand where its last one is looked for.
     */
    static boolean takes(ModelInput input) {
        NDArray ids = input.inputIds();
        return ids != null
                && input.attentionMask() != null
                && input.cache() == null
                && !input.outputHiddenStates()
                && input.logits() == LogitsToKeep.ALL
                && TOKENS.containsAll(input.arrays().keySet())
                && input.arrays().values().stream()
                        .allMatch(
                                array ->
                                        array.getDataType() == DataType.INT64
                                                && array.getShape().dimension() == 2
                                                && array.getShape().equals(ids.getShape()));
    }

    private static int width(Request request) {
        NDArray ids = request.input().inputIds();
        return ids == null ? 0 : Math.toIntExact(ids.getShape().get(1));
    }

    /** An adapter a row. */
    RowActivation activation() {
        List<String> names = new ArrayList<>();
        requests.forEach(
                request -> names.addAll(Collections.nCopies(request.rows(), request.adapter())));
        return RowActivation.of(names);
    }

    /**
     * All rows.
     *
     * @param padding the id of padding
     */
    ModelInput input(NDManager manager, long padding) {
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        for (String name : requests.get(0).input().arrays().keySet()) {
            arrays.put(
                    name, column(manager, name, name.equals(ModelInput.INPUT_IDS) ? padding : 0));
        }
        return ModelInput.of(arrays);
    }

    private NDArray column(NDManager manager, String name, long padding) {
        int rows = requests.stream().mapToInt(Request::rows).sum();
        long[] all = new long[rows * width];
        int row = 0;
        for (Request request : requests) {
            NDArray array = request.input().arrays().get(name);
            long[] own = array == null ? new long[0] : array.toLongArray();
            int length = width(request);
            for (int i = 0; i < request.rows(); i++, row++) {
                System.arraycopy(own, i * length, all, row * width, length);
                for (int j = length; j < width; j++) {
                    all[row * width + j] = padding;
                }
            }
        }
        return manager.create(all, new Shape(rows, width));
    }

    /** Gives each request its part of the outputs, in its own manager. */
    void answer(ModelOutput output) {
        int row = 0;
        for (Request request : requests) {
            Map<String, NDArray> own = new LinkedHashMap<>();
            for (Map.Entry<String, NDArray> field : output.arrays().entrySet()) {
                NDArray part = part(field.getKey(), field.getValue(), row, request);
                part.attach(request.input().manager());
                own.put(field.getKey(), part);
            }
            request.succeed(ModelOutput.of(own));
            row += request.rows();
        }
    }

    private NDArray part(String name, NDArray all, int row, Request request) {
        NDIndex index = new NDIndex().addSliceDim(row, row + request.rows());
        int dimensions = all.getShape().dimension();
        if (dimensions > 2 || BY_POSITION.contains(name)) {
            index.addSliceDim(0, width(request));
        }
        NDArray part = all.get(index);
        return ModelOutput.LOGITS.equals(name) ? ownLabels(part) : part;
    }

    /** Leaves labels out that only other rows' heads have: there scores are minus infinity. */
    private static NDArray ownLabels(NDArray scores) {
        Shape shape = scores.getShape();
        int last = shape.dimension() - 1;
        int labels = Math.toIntExact(shape.get(last));
        NDIndex first = new NDIndex();
        for (int i = 0; i < last; i++) {
            first.addIndices(0);
        }
        float[] row = scores.get(first).toFloatArray();
        int own = labels;
        while (own > 0 && row[own - 1] == Float.NEGATIVE_INFINITY) {
            own--;
        }
        if (own == labels) {
            return scores;
        }
        NDIndex cut = new NDIndex();
        for (int i = 0; i < last; i++) {
            cut.addAllDim();
        }
        return scores.get(cut.addSliceDim(0, own));
    }
}
