package io.github.peft4j.ops;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.internal.script.ScriptModule;
import org.jspecify.annotations.Nullable;

/**
 * Rotations by blocks or in pairs, and reflections, as the methods that multiply use them. Blocks
 * [n, b, b] turn n parts of a last axis of n·b numbers; a single block turns all parts of it.
 *
 * <p>Differentiable; results live in the manager of the first argument.
 */
public final class RotationOps {

    private RotationOps() {}

    private static ScriptModule module() {
        return ScriptModule.get();
    }

    /**
     * Nearly orthogonal blocks \(I + 2S + 2S^2 + \dots + S^{t-1}\), the Neumann series of \((I + S)
     * (I - S)^{-1}\) cut off; with 4 terms those of 3, as in PEFT.
     *
     * @param q [n, b (b - 1) / 2], upper triangles of the skew-symmetric S, row by row
     * @param size b
     * @param terms t, at least 1
     */
    public static NDArray neumann(NDArray q, long size, int terms) {
        requireTriangles(q, size);
        return module().call("cayley_neumann", q, size, terms);
    }

    /** Orthogonal blocks \((I - S) (I + S)^{-1}\) of the same triangles. */
    public static NDArray cayley(NDArray q, long size) {
        requireTriangles(q, size);
        return module().call("cayley_of_triangles", q, size);
    }

    /** The same, where S is the skew-symmetric part of squares [n, b, b]. */
    public static NDArray cayley(NDArray squares) {
        requireBlocks(squares);
        return module().call("cayley_of_squares", squares);
    }

    /**
     * Triangles of which those whose S has a Frobenius norm above \(eps / \sqrt n\) are shortened
     * to it. The gradient passes as if nothing had been shortened.
     */
    public static NDArray clip(NDArray q, double eps) {
        Operands.requireDimensions(q, 2, "triangles of rotations");
        return module().call("clip_triangles", q, eps);
    }

    /** Blocks of which {@code count}, drawn at random, are the identity. */
    public static NDArray dropBlocks(NDArray blocks, long count) {
        requireBlocks(blocks);
        return module().call("drop_blocks", blocks, count);
    }

    /** x [..., n·b], each part times its block; a single block turns all parts. */
    public static NDArray rotate(NDArray x, NDArray blocks) {
        requireBlocks(blocks);
        requireParts(Operands.last(x), blocks, x);
        return module().call("rotate", x, blocks);
    }

    /**
     * Every patch of x [B, C, H, W] under a square kernel, taken as a row of C·width² numbers,
     * turned as by {@link #rotate}, and put back; where patches overlap they add up. They are put
     * back as PEFT does it, with the number of the patch and the place in the kernel exchanged,
     * which wider kernels than one pixel do not undo.
     */
    public static NDArray rotatePatches(NDArray x, NDArray blocks, long width) {
        requireBlocks(blocks);
        Operands.requireDimensions(x, 4, "image");
        requireParts(x.getShape().get(1) * width * width, blocks, x);
        return module().call("rotate_patches", x, blocks, width);
    }

    /**
     * {@code x P}, or {@code x P^T}, with \(P = \prod_j (I - 2 u_j u_j^\top / \lVert u_j
     * \rVert^2)\), j ascending.
     *
     * @param x [..., in]
     * @param u [in, r]
     */
    public static NDArray reflect(NDArray x, NDArray u, boolean transposed) {
        requireColumns(x, u);
        return module().call("reflect", x, u, transposed ? 1 : 0);
    }

    /**
     * {@code x (I - 2 Q Q^T)}, where Q is an orthonormal basis of the columns of u: the reflections
     * along them after they were made orthogonal, in any order.
     */
    public static NDArray reflectSpace(NDArray x, NDArray u) {
        requireColumns(x, u);
        return module().call("reflect_space", x, u);
    }

    /** {@code (y - bias) s + bias} over the last axis; s [out, 1]. */
    public static NDArray scaleAround(NDArray y, NDArray s, @Nullable NDArray bias) {
        Operands.requireShape(s, new Shape(Operands.last(y), 1), "scale of outputs");
        Operands.requireVector(bias, Operands.last(y), "bias of outputs");
        return bias == null
                ? module().call("scale_around", y, s)
                : module().call("scale_around", y, s, bias);
    }

    /**
     * y [..., out] in groups of {@code group} numbers, of which element i of the first half and
     * element i of the second half make a pair; each pair (u, v) becomes \((\alpha u \cos\theta -
     * \alpha v \sin\theta,\; \alpha v \cos\theta + \alpha u \sin\theta)\).
     *
     * @param theta [k out / 2], group by group; with k = 1 the pair has one angle, with 2 each
     *     result has its own, with 4 each summand: the cosines of both results, then the sines
     * @param alpha the factors, as the angles
     */
    public static NDArray rotatePairs(NDArray y, NDArray theta, NDArray alpha, long group) {
        requireGroups(y, theta, group);
        Operands.requireShape(alpha, theta.getShape(), "factors of pairs");
        return module().call("rotate_pairs", y, theta, alpha, group);
    }

    private static void requireGroups(NDArray y, NDArray theta, long group) {
        long out = Operands.last(y);
        Operands.requireDimensions(theta, 1, "angles of pairs");
        long size = theta.getShape().get(0);
        boolean fits = size == out / 2 || size == out || size == 2 * out;
        if (group < 2 || group % 2 != 0 || out % group != 0 || !fits) {
            throw new IllegalArgumentException(
                    "The output is "
                            + y.getShape()
                            + " and has "
                            + size
                            + " angles in groups of "
                            + group
                            + "; its last axis must be a multiple of the group's even size, and"
                            + " the angles must be half, once or twice as many as its numbers.");
        }
    }

    private static void requireTriangles(NDArray q, long size) {
        Operands.requireDimensions(q, 2, "triangles of rotations");
        Operands.requireShape(
                q, new Shape(q.getShape().get(0), size * (size - 1) / 2), "triangles of rotations");
    }

    private static void requireBlocks(NDArray blocks) {
        Operands.requireDimensions(blocks, 3, "blocks of a rotation");
        long size = blocks.getShape().get(1);
        Operands.requireShape(
                blocks, new Shape(blocks.getShape().get(0), size, size), "blocks of a rotation");
    }

    private static void requireParts(long length, NDArray blocks, NDArray x) {
        long count = blocks.getShape().get(0);
        long size = blocks.getShape().get(1);
        if (count == 1 ? length % size != 0 : length != count * size) {
            throw new IllegalArgumentException(
                    "The input of a rotation is "
                            + x.getShape()
                            + ", "
                            + length
                            + " numbers a row; its "
                            + count
                            + " blocks of "
                            + size
                            + " must cover them.");
        }
    }

    private static void requireColumns(NDArray x, NDArray u) {
        Operands.requireDimensions(u, 2, "vectors of reflections");
        if (Operands.last(x) != u.getShape().get(0)) {
            throw new IllegalArgumentException(
                    "The input of a reflection is "
                            + x.getShape()
                            + "; it must end in the length of the vectors, "
                            + u.getShape().get(0)
                            + ".");
        }
    }
}
