package io.github.peft4j.tuner.lora.kasa;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.Penalized;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.tuner.lora.option.KasaConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * \(\beta \sum d^2 + \gamma (\lVert B^\top B - I \rVert + \lVert A A^\top - I \rVert)\), summed
 * over all layers: keeps d small and A and B near orthonormal.
 *
 * @param layers the layers of the adapter
 * @see <a href="https://arxiv.org/abs/2412.06071">Wang et al. 2024, equations 9 to 11</a>
 */
record KasaPenalty(List<Adapter> layers, KasaConfig settings) implements Penalized {

    @Override
    public NDArray penalty(AdapterPass pass) {
        @Nullable NDArray skewness = null;
        @Nullable NDArray squares = null;
        for (Adapter adapter : layers) {
            KasaLinear layer = (KasaLinear) adapter;
            skewness = layer.skewness(pass, skewness);
            NDArray here = layer.squares(pass);
            squares = squares == null ? here : squares.add(here);
        }
        if (skewness == null || squares == null) {
            throw new IllegalStateException("A KaSA adapter without layers has no loss.");
        }
        return Ops.scale(squares, settings.beta()).add(Ops.scale(skewness, settings.gamma()));
    }

    /** PEFT leaves it to the training to add this. */
    @Override
    public boolean isOfModel() {
        return false;
    }
}
