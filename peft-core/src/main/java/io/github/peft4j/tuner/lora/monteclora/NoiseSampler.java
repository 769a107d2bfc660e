package io.github.peft4j.tuner.lora.monteclora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.ops.TensorOps;
import io.github.peft4j.ops.lora.VariantOps;
import io.github.peft4j.tuner.InitialValue;
import io.github.peft4j.tuner.NewLayer;
import io.github.peft4j.tuner.lora.option.MontecloraConfig;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Noise on A in training, and the distance of what is learned about it from a prior.
 *
 * <p>\(A' = A + \epsilon \sum_k w_k N_k\), with n normal matrices \(N_k\) [r, in] whose rows have
 * variances v. \(v = \max(e^{2 \sigma} u, 10^{-3})\) with u the diagonal of a draw from Wishart's
 * distribution with r degrees of freedom, each number of which is a sum of r squared normal ones;
 * the shares w are a softmax of normal numbers that stand for Dirichlet's distribution with
 * concentrations \(e^{\pi}\).
 *
 * <ul>
 *   <li>σ: {@code std_prior} [r], π: {@code expert_weights_prior} [n]; trained, start uniform in
 *       [0, 1)
 *   <li>{@code gaussian_var_prior} [r, r] and {@code expert_weights} [n] hold v and w of the last
 *       draw; not trained
 * </ul>
 */
final class NoiseSampler {

    private static final String PREFIX = "lora_monteclora_sampler.";

    private final MontecloraConfig settings;
    private final Parameter deviations;
    private final Parameter experts;
    private final Parameter variances;
    private final Parameter shares;
    private volatile @Nullable Draw last;

    /** The sampler of a layer with this rank. */
    NoiseSampler(MontecloraConfig settings, NewLayer layer, int rank) {
        this.settings = settings;
        int n = settings.numSamples();
        deviations =
                layer.trained(
                        "std_prior",
                        layer.uniform(0.5, rank).then(new Shape(rank), NoiseSampler::fromZero));
        experts =
                layer.trained(
                        "expert_weights_prior",
                        layer.uniform(0.5, n).then(new Shape(n), NoiseSampler::fromZero));
        variances =
                layer.buffer(
                        "gaussian_var_prior",
                        InitialValue.of(new Shape(rank, rank), manager -> manager.eye(rank)));
        shares = layer.buffer("expert_weights", layer.full(1.0 / n, n));
    }

    private static NDArray fromZero(NDArray centred) {
        return centred.add(0.5f);
    }

    /** The tensors by their suffix in the file. */
    Map<String, Parameter> byName() {
        return ImmutableMap.of(
                PREFIX + "std_prior", deviations,
                PREFIX + "expert_weights_prior", experts,
                PREFIX + "gaussian_var_prior", variances,
                PREFIX + "expert_weights", shares);
    }

    /** A with the noise of a new draw. */
    NDArray noisy(NDArray a, AdapterPass pass) {
        NDManager scope = pass.scope();
        long r = a.getShape().get(0);
        long n = settings.numSamples();
        NDArray noise = scope.randomNormal(new Shape(n, a.getShape().get(1), r));
        NDArray u = scope.randomNormal(new Shape(r, r)).square().sum(new int[] {1});
        NDArray z = scope.randomNormal(new Shape(n));
        last = new Draw(u, z);
        pass.noteRandom();
        NDArray v = VariantOps.variances(pass.value(deviations), u);
        NDArray w = VariantOps.shares(pass.value(experts), z);
        remember(v, w);
        return VariantOps.noisy(a, noise, w, v, settings.sampleScaler());
    }

    private void remember(NDArray v, NDArray w) {
        try (Gradients off = Gradients.off()) {
            long r = v.size();
            NDArray diagonal = v.getManager().eye((int) r).mul(v);
            TensorOps.copy(variances.getArray(), diagonal);
            TensorOps.copy(shares.getArray(), w);
        }
    }

    /** The term of this layer: of the last draw, or of what the file holds before the first. */
    NDArray penalty(AdapterPass pass) {
        Draw draw = last;
        NDArray v =
                draw == null
                        ? diagonal(pass.value(variances))
                        : VariantOps.variances(pass.value(deviations), draw.u(pass));
        NDArray distance =
                VariantOps.distance(
                        pass.value(deviations), pass.value(experts), v, settings.dirichletPrior());
        NDArray term = Ops.scale(distance, settings.klLossWeight());
        if (!settings.useEntropy()) {
            return term;
        }
        NDArray w =
                draw == null
                        ? pass.value(shares)
                        : VariantOps.shares(pass.value(experts), draw.z(pass));
        return term.add(w.square().sum());
    }

    private static NDArray diagonal(NDArray square) {
        return square.reshape(-1).get("::{}", square.getShape().get(0) + 1);
    }

    /** The numbers that a draw was made of: squares u [r], and normal z [n]. */
    private static final class Draw {

        private final float[] u;
        private final float[] z;

        Draw(NDArray u, NDArray z) {
            this.u = u.toFloatArray();
            this.z = z.toFloatArray();
        }

        NDArray u(AdapterPass pass) {
            return pass.scope().create(u);
        }

        NDArray z(AdapterPass pass) {
            return pass.scope().create(z);
        }
    }
}
