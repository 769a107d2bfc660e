package io.github.peft4j.tuner.oft;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.InputAdapter;
import io.github.peft4j.adapter.WeightAdapter;
import io.github.peft4j.ops.RotationOps;
import io.github.peft4j.tuner.ConvolutionShape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rotates every patch of the image that a frozen convolution sees, puts the patches back, their
 * overlaps added up, and convolves.
 *
 * <p>Merged it becomes the weight \(W R^\top\). With a kernel of one pixel that is the same;
 * <b>with a wider one it is another function</b>, in PEFT and so here: overlaps count several
 * times, and PEFT puts the patches back in another order than it took them.
 *
 * <ul>
 *   <li>x: [B, in, height, width]
 *   <li>{@code oft_R.weight} [n, b (b - 1) / 2] with n·b = in·kernel², or [1, ...] if blocks are
 *       shared, trained, float32; starts at zero
 * </ul>
 *
 * @see <a href="https://arxiv.org/abs/2306.07280">Qiu et al. 2023, section 3</a>
 */
final class OFTConvolution implements InputAdapter, WeightAdapter {

    private final OFTRotation rotation;
    private final ConvolutionShape shape;

    OFTConvolution(OFTRotation rotation, ConvolutionShape shape) {
        this.rotation = rotation;
        this.shape = shape;
    }

    @Override
    public NDArray input(NDArray x, AdapterPass pass) {
        return RotationOps.rotatePatches(x, rotation.blocks(pass), shape.kernel().get(0));
    }

    @Override
    public NDArray weight(NDArray current, NDArray frozen, AdapterPass pass) {
        if (shape.form().groups() > 1) {
            throw new IllegalStateException(
                    "OFT at "
                            + shape.path()
                            + ", a convolution with groups="
                            + shape.form().groups()
                            + ", rotates across its groups and cannot be merged. Keep the adapter"
                            + " unmerged.");
        }
        return RotationOps.rotate(current, rotation.blocks(pass).transpose(0, 2, 1));
    }

    @Override
    public @Nullable String needsActivation() {
        return shape.kernel().get(0) > 1
                ? "OFT rotates patches of the image where a kernel is wider than one pixel"
                : null;
    }

    @Override
    public List<Parameter> factors() {
        return ImmutableList.of(rotation.triangles());
    }

    @Override
    public ImmutableMap<String, Parameter> parameters() {
        return ImmutableMap.of("oft_R.weight", rotation.triangles());
    }
}
