package io.github.peft4j.transformers.decoder;

import ai.djl.ndarray.NDArray;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.nn.DecoderStep;
import io.github.peft4j.nn.StepLayer;
import io.github.peft4j.transformers.part.DynamicCache;
import io.github.peft4j.transformers.part.RotaryPositions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The step of generation that adds one token to each row: all layers in one call into the engine,
 * where they and the pass allow it. Layers one by one remain the measure.
 */
final class NextToken {

    private final List<DecoderLayer> layers;
    private List<StepLayer> parts = ImmutableList.of();
    private @Nullable DecoderStep step;
    private boolean asked;

    NextToken(List<DecoderLayer> layers) {
        this.layers = layers;
    }

    /** Whether a call is such a step, as far as its input tells. */
    boolean fits(AdapterPass pass, ModelInput input, DecoderCall call) {
        return call.cache() instanceof DynamicCache cache
                && cache.length() > 0
                && cache.layers() == layers.size()
                && !Gradients.isOn()
                && !pass.training()
                && !call.layout().isPacked()
                && call.layout().shape().get(1) == 1
                && !input.outputHiddenStates()
                && input.knownStates() == null;
    }

    /**
     * Runs the layers and adds to the cache.
     *
     * @param x [B, 1, H]
     * @return [B, 1, H], or null, with nothing changed, if the layers have to be run one by one
     */
    @Nullable NDArray run(AdapterPass pass, NDArray x, DecoderCall call) {
        DecoderStep known = step();
        if (known == null || !(call.cache() instanceof DynamicCache cache)) {
            return null;
        }
        NDArray y = known.run(pass, x, () -> past(call, cache));
        if (y != null) {
            cache.advance(1);
        }
        return y;
    }

    private DecoderStep.Past past(DecoderCall call, DynamicCache cache) {
        RotaryPositions rotary = call.rotary();
        return new DecoderStep.Past(
                rotary == null ? null : rotary.cos(),
                rotary == null ? null : rotary.signedSin(),
                masks(call, cache.length() + 1),
                cache.buffers(1),
                cache.length());
    }

    private List<@Nullable NDArray> masks(DecoderCall call, long keys) {
        List<@Nullable NDArray> masks = new ArrayList<>();
        for (StepLayer layer : parts) {
            masks.add(call.layout().mask(layer.attention().form(), keys));
        }
        return masks;
    }

    /** Made when it is first needed: not before the weights are loaded and packed. */
    private synchronized @Nullable DecoderStep step() {
        if (!asked) {
            asked = true;
            parts = layers.stream().map(DecoderLayer::stepLayer).filter(Objects::nonNull).toList();
            step = parts.size() == layers.size() ? DecoderStep.of(parts) : null;
        }
        return step;
    }
}
