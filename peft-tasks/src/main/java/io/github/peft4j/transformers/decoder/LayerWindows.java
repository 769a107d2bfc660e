package io.github.peft4j.transformers.decoder;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.json.JsonReasons;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import java.util.List;
import java.util.function.IntPredicate;

/** How many positions a query of each layer sees. */
public final class LayerWindows {

    private LayerWindows() {}

    /** The same window for all layers; 0 sees all positions. */
    public static List<Integer> all(int layers, int window) {
        return of(layers, window, layer -> true);
    }

    /**
     * The window of those layers that {@code layer_types} calls {@code sliding_attention}, or, in
     * files without it, of those that the family's own rule names; the others see all positions.
     *
     * @param window 0 if no layer slides
     * @throws UnsupportedFeatureException if a layer is of another type
     */
    public static List<Integer> byType(
            PretrainedConfig config, int layers, int window, IntPredicate slides) {
        List<String> types = config.strings("layer_types");
        if (types.isEmpty()) {
            return of(layers, window, layer -> slides.test(config.layerInFile(layer)));
        }
        if (types.size() < layers) {
            throw new IllegalArgumentException(
                    "layer_types in config.json names "
                            + types.size()
                            + " layers of "
                            + layers
                            + ". Correct it, or take another checkpoint.");
        }
        for (String type : types) {
            if (!type.equals("sliding_attention") && !type.equals("full_attention")) {
                throw new UnsupportedFeatureException(
                        "Layers of type '"
                                + JsonReasons.shown(type)
                                + "' are not available in this version. Available:"
                                + " full_attention, sliding_attention.");
            }
        }
        return of(layers, window, layer -> types.get(layer).equals("sliding_attention"));
    }

    /**
     * The rule of Qwen: {@code sliding_window} counts only with {@code use_sliding_window}, and
     * only from layer {@code max_window_layers} on.
     */
    public static List<Integer> ofQwen(PretrainedConfig config, int layers) {
        boolean used = config.flag("use_sliding_window", false);
        int window =
                used && !config.isNull("sliding_window")
                        ? config.positive("sliding_window", 4096)
                        : 0;
        int first = config.integer("max_window_layers", 28);
        return byType(config, layers, window, layer -> layer >= first);
    }

    private static ImmutableList<Integer> of(int layers, int window, IntPredicate slides) {
        ImmutableList.Builder<Integer> windows = ImmutableList.builder();
        for (int i = 0; i < layers; i++) {
            windows.add(slides.test(i) ? window : 0);
        }
        return windows.build();
    }
}
