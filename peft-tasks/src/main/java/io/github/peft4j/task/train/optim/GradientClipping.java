package io.github.peft4j.task.train.optim;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.ops.TensorOps;

/**
 * Bounds the norm of all gradients together, with PyTorch's numbers: each is multiplied by {@code
 * min(1, max / (norm + 1e-6))}.
 */
public final class GradientClipping {

    private GradientClipping() {}

    /**
     * Clips in place.
     *
     * @param maxNorm the bound; positive
     * @return the norm before
     */
    public static double clip(Iterable<Parameter> parameters, double maxNorm) {
        try (NDManager scope = Engines.newManager();
                Gradients off = Gradients.off()) {
            NDList norms = new NDList();
            NDList gradients = new NDList();
            for (Parameter parameter : parameters) {
                NDArray gradient = parameter.getArray().getGradient();
                gradient.attach(scope);
                gradients.add(gradient);
                norms.add(TensorOps.norm(scope, gradient));
            }
            double norm = TensorOps.norm(scope, NDArrays.stack(norms)).getFloat();
            double factor = maxNorm / (norm + 1e-6);
            if (factor < 1) {
                NDArray scalar = scope.create((float) factor);
                gradients.forEach(gradient -> TensorOps.scale(gradient, scalar));
            }
            return norm;
        }
    }
}
