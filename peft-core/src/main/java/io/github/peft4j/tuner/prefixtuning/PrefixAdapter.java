package io.github.peft4j.tuner.prefixtuning;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.adapter.ModelAdapter;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.model.FixedKeyValueCache;
import io.github.peft4j.model.KeyValueCache;
import io.github.peft4j.model.KeyValueCache.KeyValues;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.ops.PromptOps;
import io.github.peft4j.tuner.prompt.PaddedMask;
import io.github.peft4j.tuner.prompt.PromptRows;
import io.github.peft4j.tuner.prompt.PromptSite;
import java.util.Map;

/**
 * Gives every layer of a model, or of its decoder, keys and values in front of its own.
 *
 * <ul>
 *   <li>prefix: [n, 2 L D], for each layer n keys of D numbers, then n values, side by side; D is
 *       the width of all heads of keys
 * </ul>
 *
 * <p>A model of one stack has layer l's pair at l. In an encoder-decoder PEFT hands out pairs
 * twice, in turn for a decoder's layer and for its look at the encoder, and then drops the latter:
 * layer l gets the pair {@code 2 l mod L}.
 *
 * <p>A generation starts its cache with the prefix; later calls find it there, so that only their
 * mask and positions change.
 *
 * @param site where it goes
 * @param prefix makes it, the same for each text
 */
record PrefixAdapter(PromptSite site, PromptRows prefix) implements ModelAdapter {

    @Override
    public Map<String, Parameter> parameters() {
        return prefix.parameters();
    }

    @Override
    public ModelOutput forward(ModelInput input, BaseModel base, AdapterPass pass) {
        ModelInput call = moved(input);
        KeyValueCache cache = input.cache();
        if (cache == null) {
            call = call.withCache(new FixedKeyValueCache(layers(pass, input)));
        } else if (cache.length() == 0) {
            ImmutableList<KeyValues> layers = layers(pass, input);
            for (int layer = 0; layer < layers.size(); layer++) {
                KeyValues pair = layers.get(layer);
                cache.update(layer, pair.keys(), pair.values());
            }
        }
        return base.forward(call, pass);
    }

    private ModelInput moved(ModelInput input) {
        int count = site.shape().tokens();
        ModelInput call =
                PaddedMask.mask(
                        input,
                        site.task() == TaskType.SEQ_2_SEQ_LM
                                ? ModelInput.DECODER_ATTENTION_MASK
                                : ModelInput.ATTENTION_MASK,
                        count);
        NDArray positions = input.get(ModelInput.POSITION_IDS);
        if (positions != null) {
            call = call.with(ModelInput.POSITION_IDS, positions.add(count));
        }
        return switch (site.task()) {
            case SEQ_CLS, TOKEN_CLS, QUESTION_ANS -> call;
            default -> call.without(ModelInput.TOKEN_TYPE_IDS);
        };
    }

    private ImmutableList<KeyValues> layers(AdapterPass pass, ModelInput input) {
        long batch = input.arrays().values().iterator().next().getShape().get(0);
        int count = site.shape().layers();
        NDList blocks = PromptOps.columnBlocks(prefix.of(pass, input), 2 * count, batch);
        ImmutableList.Builder<KeyValues> layers = ImmutableList.builder();
        for (int layer = 0; layer < count; layer++) {
            int pair = site.shape().stacks() == 2 ? 2 * layer % count : layer;
            layers.add(new KeyValues(blocks.get(2 * pair), blocks.get(2 * pair + 1)));
        }
        return layers.build();
    }
}
