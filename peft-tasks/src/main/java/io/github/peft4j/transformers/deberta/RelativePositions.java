package io.github.peft4j.transformers.deberta;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.nn.Embedding;
import io.github.peft4j.nn.LayerNorm;
import io.github.peft4j.transformers.encoder.EncoderCall;
import io.github.peft4j.transformers.part.PathGroup;
import org.jspecify.annotations.Nullable;

/** The vectors of distances that all layers share, and which of them lies between two positions. */
final class RelativePositions {

    private final RelativeSpec form;
    private final Embedding table;
    private final @Nullable LayerNorm norm;

    private record Key(RelativePositions owner, long length) {}

    /** Fresh vectors. */
    RelativePositions(RelativeSpec form, int hidden, double normEps) {
        this.form = form;
        table = new Embedding(2L * form.span(), hidden);
        norm = form.normalised() ? new LayerNorm(hidden, normEps) : null;
    }

    /** Puts its modules below the encoder. */
    void placeIn(PathGroup encoder) {
        if (form.enabled()) {
            encoder.at("encoder.rel_embeddings", table);
        }
        if (norm != null) {
            encoder.at("encoder.LayerNorm", norm);
        }
    }

    RelativeSpec form() {
        return form;
    }

    /** [2 span, H]; computed once a pass. */
    NDArray vectors(AdapterPass pass) {
        return pass.once(
                new Key(this, -1),
                () -> {
                    NDArray weight = pass.weight(table);
                    return norm == null
                            ? weight.reshape(weight.getShape())
                            : norm.forward(pass, weight);
                });
    }

    /** [S, S] int64: the row of vectors for each query and key of the longest row of a call. */
    NDArray rows(EncoderCall call) {
        int length = (int) call.layout().shape().get(1);
        return call.pass().once(new Key(this, length), () -> rows(call.pass(), length));
    }

    private NDArray rows(AdapterPass pass, int length) {
        long[] rows = new long[length * length];
        for (int query = 0; query < length; query++) {
            for (int key = 0; key < length; key++) {
                rows[query * length + key] = form.row(query - key);
            }
        }
        return pass.scope().create(rows, new Shape(length, length));
    }
}
