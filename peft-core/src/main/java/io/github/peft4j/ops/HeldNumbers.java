package io.github.peft4j.ops;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.internal.script.ScriptArchive;
import io.github.peft4j.internal.script.ScriptModule;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Weights that keep the 16 bits of their file. DJL has no type for bf16 and ends the process where
 * it meets one unprepared, so such an array goes nowhere but here: it is widened first.
 */
public final class HeldNumbers {

    private static final String MAP =
            """
              def map(self: __torch__.Ops, size: Tensor) -> Tensor:
                return torch.from_file("%s", False, int(size), dtype=%d)
            """;

    /** LibTorch's numbers for the types. */
    private static final int FLOAT16 = 5;

    private static final int BFLOAT16 = 15;

    private HeldNumbers() {}

    private static ScriptModule module() {
        return ScriptModule.get();
    }

    /** Whether an array holds f16 or bf16 instead of float32. */
    public static boolean isHeld(NDArray array) {
        return array.getDataType() == DataType.FLOAT16 || isBfloat16(array);
    }

    private static boolean isBfloat16(NDArray array) {
        return array.getDataType() == DataType.UNKNOWN;
    }

    /**
     * A file as one array of 16-bit numbers. It is mapped, so nothing is read yet; writing into the
     * array would not reach the file.
     *
     * @param bytes how many bytes of the file, from its start
     * @param bfloat16 whether the numbers are bf16, else f16
     */
    public static NDArray map(NDManager manager, Path file, long bytes, boolean bfloat16) {
        String code = MAP.formatted(literal(file), bfloat16 ? BFLOAT16 : FLOAT16);
        try (NDManager scratch = manager.newSubManager();
                Gradients off = Gradients.off()) {
            ScriptModule mapping = new ScriptModule(scratch, ScriptArchive.ofCode(code));
            NDArray size = scratch.create(bytes / Short.BYTES);
            NDArray whole = mapping.callHeld("map", size);
            whole.attach(manager);
            return whole;
        }
    }

    /** A path as TorchScript writes a text: bytes of UTF-8 that are not plain as octal numbers. */
    private static String literal(Path file) {
        StringBuilder text = new StringBuilder();
        for (byte b : file.toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8)) {
            boolean plain = b > ' ' && b != '"' && b != '\\' && b < 0x7f;
            text.append(plain ? String.valueOf((char) b) : "\\%03o".formatted(b & 0xff));
        }
        return text.toString();
    }

    /** A matrix out of a mapped file, in its manager. */
    public static NDArray part(NDArray whole, long first, Shape shape) {
        try (Gradients off = Gradients.off()) {
            return module().callHeld("held_part", whole, first, shape.get(0), shape.get(1));
        }
    }

    /** The same numbers as float32: the array itself if it holds them, else a new one. */
    public static NDArray float32(NDArray array) {
        return isHeld(array) ? module().call("to_float32", array) : array;
    }

    /** The same numbers as float32 in memory of their own, without gradient history. */
    public static NDArray detached(NDArray array) {
        return isHeld(array) ? module().call("to_float32", array) : TensorOps.detached(array);
    }

    /**
     * {@link Ops#linear} with a weight that is widened for this product alone. No gradient reaches
     * the weight.
     *
     * @param w [out, in], or [in, out] if turned
     */
    public static NDArray linear(NDArray x, NDArray w, boolean turned, @Nullable NDArray b) {
        String method = turned ? "linear_held_turned" : "linear_held";
        return b == null ? module().call(method, x, w) : module().call(method, x, w, b);
    }

    /** {@link Ops#embedding(NDArray, NDArray)} that widens the rows it finds. */
    public static NDArray embedding(NDArray ids, NDArray w) {
        Operands.requireIds(ids);
        return module().call("embedding_held", ids, w);
    }
}
