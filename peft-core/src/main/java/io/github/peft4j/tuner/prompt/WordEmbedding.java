package io.github.peft4j.tuner.prompt;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.google.common.base.Preconditions;
import io.github.peft4j.adapter.AdaptableLayer;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.tuner.InitialValue;

/**
 * A base's token embedding: what turns ids into the embeddings that a prompt is put before.
 *
 * @param layer the layer
 * @param site its place
 */
public record WordEmbedding(AdaptableLayer layer, LayerSite site) {

    /**
     * That of a model.
     *
     * @throws IllegalArgumentException if it names none of this library's layers as such
     */
    static WordEmbedding of(BaseModel model) {
        String path = model.info().inputEmbedding();
        for (LayerSite site : model.sites()) {
            if (site.path().equals(path) && site.block() instanceof AdaptableLayer layer) {
                return new WordEmbedding(layer, site);
            }
        }
        throw new IllegalArgumentException(
                model.info().className()
                        + " names no token embedding of this library's layers"
                        + (path == null ? "" : " (" + path + ")")
                        + ", so virtual tokens cannot be put in front of its texts. Load a"
                        + " transformer, or use a method that adapts layers.");
    }

    /** Rows of the table: the ids there are. */
    public long rows() {
        return site.requireWeight().getArray().getShape().get(0);
    }

    /** Features of a token. */
    public long width() {
        return site.requireWeight().getArray().getShape().get(1);
    }

    /**
     * Embeddings [B, S, H] of ids [B, S], with the adapters of the pass.
     *
     * @throws IllegalArgumentException if an id has no row
     */
    public NDArray embed(AdapterPass pass, NDArray ids) {
        Preconditions.checkArgument(
                ids.getDataType() == DataType.INT64,
                "Ids must be int64, got %s.",
                ids.getDataType());
        requireRows(ids.toLongArray());
        return pass.apply(layer, ids);
    }

    /**
     * What the text of a call is made of: its {@code inputs_embeds}, or the embeddings of its ids.
     *
     * @throws IllegalArgumentException if it has neither
     */
    NDArray of(AdapterPass pass, ModelInput input) {
        NDArray given = input.inputsEmbeds();
        if (given != null) {
            return given;
        }
        NDArray ids = input.inputIds();
        if (ids == null) {
            throw new IllegalArgumentException(
                    "The call has neither input_ids nor inputs_embeds, only "
                            + input.arrays().keySet()
                            + ". Give one of them.");
        }
        return embed(pass, ids);
    }

    /**
     * Copies of rows as initial values, [ids, H] float32.
     *
     * @throws IllegalArgumentException if an id has no row
     */
    public InitialValue copies(long[] ids) {
        requireRows(ids);
        return InitialValue.of(new Shape(ids.length, width()), manager -> copies(manager, ids));
    }

    /** The same at once, in a manager. */
    public NDArray copies(NDManager manager, long[] ids) {
        requireRows(ids);
        try (NDManager scratch = manager.newSubManager();
                Gradients off = Gradients.off()) {
            NDArray rows = layer.ownOutput(scratch.create(ids), null);
            rows.attach(manager);
            return rows;
        }
    }

    private void requireRows(long[] ids) {
        long rows = rows();
        for (long id : ids) {
            Preconditions.checkArgument(
                    id >= 0 && id < rows,
                    "Id %s is no row of the token embedding, which has rows 0 to %s. Take the"
                            + " tokenizer of this checkpoint.",
                    id,
                    rows - 1);
        }
    }
}
