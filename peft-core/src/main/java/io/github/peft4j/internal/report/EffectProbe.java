package io.github.peft4j.internal.report;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.internal.runtime.ActiveAdapters;
import io.github.peft4j.internal.runtime.FrozenBase;
import io.github.peft4j.internal.runtime.ModelAdapters;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.store.Effect;
import java.util.Map;

/**
 * Two passes over a few fixed ids, with an adapter and without it: what shows whether it acts where
 * neither its tensors nor a weight tell, as of prompts and of mixtures of adapters.
 */
record EffectProbe(BaseModel base, AdapterSet set) {

    private static final String NAME = "probed";
    private static final int IDS = 6;
    private static final int FIRST_ID = 5; // after the special ids of most vocabularies

    /** What rounding alone may change of an output's norm. */
    private static final double ROUNDING = 1e-6;

    /** Whether the outputs differ; {@link Effect#NOT_ASKED} for a base that does not take ids. */
    Effect effect() {
        if (base.info().modelType() == null) {
            return Effect.NOT_ASKED;
        }
        try (NDManager scope = Engines.newManager(base.device());
                FrozenBase frozen = new FrozenBase(base.parameters().values());
                Gradients off = Gradients.off()) {
            ModelInput input = ids(scope);
            ModelOutput without = outputs(frozen, Activation.none(), input);
            ModelOutput with = outputs(frozen, Activation.of(NAME), input);
            return differ(with, without) ? Effect.ACTS : Effect.AT_START;
        }
    }

    private ModelOutput outputs(FrozenBase frozen, Activation activation, ModelInput input) {
        ActiveAdapters active =
                ActiveAdapters.of(base, frozen, ImmutableMap.of(NAME, set), activation);
        ParameterStore store = new ParameterStore(input.manager(), false);
        AdapterPass pass = new AdapterPass(store, input.manager(), false, active);
        return ModelAdapters.call(base, active, input, pass).withoutVirtualTokens();
    }

    private ModelInput ids(NDManager scope) {
        Map<String, Object> config = base.info().config();
        long[] ids = new long[IDS];
        for (int i = 0; i < IDS; i++) {
            ids[i] = number(config, "vocab_size", Long.MAX_VALUE) > FIRST_ID + i ? FIRST_ID + i : i;
        }
        ids[IDS - 1] = number(config, "eos_token_id", ids[IDS - 1]); // some heads look for it
        NDArray row = scope.create(ids, new Shape(1, IDS));
        ModelInput input = ModelInput.of(row, row.onesLike());
        if (Boolean.TRUE.equals(config.get("is_encoder_decoder"))) {
            input = input.with(ModelInput.DECODER_INPUT_IDS, row);
        }
        return input.with(ModelInput.TASK_IDS, scope.create(new long[1]));
    }

    private static long number(Map<String, Object> config, String key, long other) {
        return config.get(key) instanceof Number number && number.longValue() >= 0
                ? number.longValue()
                : other;
    }

    private static boolean differ(ModelOutput with, ModelOutput without) {
        for (Map.Entry<String, NDArray> entry : without.arrays().entrySet()) {
            NDArray plain = entry.getValue();
            NDArray adapted = with.arrays().get(entry.getKey());
            if (adapted != null
                    && (!adapted.getShape().equals(plain.getShape())
                            || norm(adapted.sub(plain)) > ROUNDING * norm(plain))) {
                return true;
            }
        }
        return false;
    }

    private static double norm(NDArray x) {
        return Math.sqrt(x.square().sum().getFloat());
    }
}
