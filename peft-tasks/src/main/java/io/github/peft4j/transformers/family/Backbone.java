package io.github.peft4j.transformers.family;

import ai.djl.ndarray.NDArray;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.transformers.layout.TokenLayout;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The layers of a family without a head. */
public interface Backbone {

    /** Runs the layers. */
    Output forward(AdapterPass pass, ModelInput input, RequiredPositions required);

    /** What a plain DJL block takes after ids and mask. */
    default String thirdInput() {
        return ModelInput.TOKEN_TYPE_IDS;
    }

    /**
     * What the layers made.
     *
     * @param last hidden states after the last layer: [B, S, H] or, packed, [T, H]; of the first
     *     tokens alone [B, 1, H] or, packed, [B, H]
     * @param firstOnly whether {@code last} holds the first tokens alone
     * @param pooled what the pooler made of the first token [B, H], or null without a pooler
     * @param hiddenStates the embeddings and each layer's output [B, S, H]; empty unless asked for
     * @param further other fields of the output by name, such as those of an encoder below
     */
    record Output(
            NDArray last,
            TokenLayout layout,
            boolean firstOnly,
            @Nullable NDArray pooled,
            List<NDArray> hiddenStates,
            Map<String, NDArray> further) {

        /** Copies the collections. */
        public Output {
            hiddenStates = ImmutableList.copyOf(hiddenStates);
            further = ImmutableMap.copyOf(further);
        }

        /** All positions, and nothing else but hidden states. */
        public Output(NDArray last, TokenLayout layout, List<NDArray> hiddenStates) {
            this(last, layout, false, null, hiddenStates, ImmutableMap.of());
        }

        /** The first token of each row, [B, H]. */
        public NDArray first() {
            NDArray rows = firstOnly ? last : layout.first(last);
            return rows.getShape().dimension() == 3 ? rows.squeeze(1) : rows;
        }
    }
}
