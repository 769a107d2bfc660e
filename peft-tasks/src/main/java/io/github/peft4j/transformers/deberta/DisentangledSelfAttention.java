package io.github.peft4j.transformers.deberta;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.rows.RowPlaces;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.ops.AttentionSpec;
import io.github.peft4j.ops.DisentangledAttention.Distances;
import io.github.peft4j.transformers.encoder.CheckpointNaming;
import io.github.peft4j.transformers.encoder.EncoderCall;
import io.github.peft4j.transformers.encoder.EncoderSpec;
import io.github.peft4j.transformers.encoder.SelfAttention;
import io.github.peft4j.transformers.part.Dropout;
import io.github.peft4j.transformers.part.PathGroup;
import org.jspecify.annotations.Nullable;

/**
 * Tokens look at what stands at a position and at how far it is, by separate vectors.
 *
 * @see <a href="https://arxiv.org/abs/2006.03654">He et al. 2020, section 3.1</a>
 */
final class DisentangledSelfAttention implements SelfAttention {

    private static final String SELF = "attention.self.";

    /** BERT's names but for the projections. */
    static final CheckpointNaming NAMES =
            CheckpointNaming.BERT.withProjections(
                    SELF + "query_proj", SELF + "key_proj", SELF + "value_proj");

    private final AttentionSpec form;
    private final AttentionSpec trainingForm;
    private final double dropout;
    private final RelativePositions positions;
    private final Linear query;
    private final Linear key;
    private final Linear value;
    private final @Nullable Linear distanceKey;
    private final @Nullable Linear distanceQuery;

    /** Projections in a layer. */
    DisentangledSelfAttention(PathGroup layer, EncoderSpec sizes, RelativePositions positions) {
        this.positions = positions;
        int hidden = sizes.hiddenSize();
        query = layer.at(NAMES.query(), new Linear(hidden, hidden));
        key = layer.at(NAMES.key(), new Linear(hidden, hidden));
        value = layer.at(NAMES.value(), new Linear(hidden, hidden));
        RelativeSpec relative = positions.form();
        boolean own = relative.enabled() && !relative.shared();
        Linear ownKey =
                own && relative.keys()
                        ? layer.at(SELF + "pos_key_proj", new Linear(hidden, hidden))
                        : key;
        Linear ownQuery =
                own && relative.queries()
                        ? layer.at(SELF + "pos_query_proj", new Linear(hidden, hidden))
                        : query;
        distanceKey = relative.enabled() && relative.keys() ? ownKey : null;
        distanceQuery = relative.enabled() && relative.queries() ? ownQuery : null;
        double headSize = (double) hidden / sizes.heads();
        form = sizes.attention().withScale(1 / Math.sqrt(headSize * relative.terms()));
        trainingForm = form.withDropout(sizes.attentionDropout());
        dropout = sizes.hiddenDropout();
    }

    @Override
    public NDArray forward(EncoderCall call, int layer, NDArray rows, NDArray x) {
        AdapterPass pass = call.pass();
        NDArray q = query.forward(pass, rows);
        NDArray k = key.forward(pass, x);
        NDArray v = value.forward(pass, x);
        return call.layout()
                .disentangled(
                        q,
                        k,
                        v,
                        distances(call, x),
                        Dropout.apply(pass, form, trainingForm),
                        call.firstOnly());
    }

    private Distances distances(EncoderCall call, NDArray x) {
        NDArray rows = positions.rows(call);
        if (distanceKey == null && distanceQuery == null) {
            return new Distances(rows, null, null);
        }
        AdapterPass pass = call.pass();
        return RowPlaces.of(pass)
                .withoutRows("distances between tokens", () -> distances(pass, x, rows));
    }

    private Distances distances(AdapterPass pass, NDArray x, NDArray rows) {
        NDArray shared = positions.vectors(pass);
        // An alias among the layer's own arrays, so that what is made of it goes with them.
        NDArray vectors = shared.reshape(shared.getShape());
        vectors.attach(x.getManager());
        NDArray dropped = Dropout.apply(pass, vectors, dropout);
        return new Distances(
                rows,
                distanceKey == null ? null : distanceKey.forward(pass, dropped),
                distanceQuery == null ? null : distanceQuery.forward(pass, dropped));
    }
}
