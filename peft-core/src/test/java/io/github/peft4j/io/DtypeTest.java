package io.github.peft4j.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.junit.jupiter.api.Test;

class DtypeTest {

    @Test
    void findsNamesInTheirExactSpellingOnly() {
        assertThat(Dtype.of("BF16")).contains(Dtype.BF16);
        assertThat(Dtype.of("f32")).isEmpty();
        assertThat(Dtype.of("F33")).isEmpty();
    }

    @Test
    void keepsTypesThatAbortTheJvmAwayFromDjl() {
        assertThat(Dtype.BF16.dataType()).isEmpty();
        assertThat(Dtype.I16.dataType()).isEmpty();
        assertThat(Dtype.I16.loadedType()).contains(DataType.INT32);
        assertThat(Dtype.of(DataType.BFLOAT16)).isEmpty();
        assertThat(Dtype.of(DataType.UNKNOWN)).isEmpty();
    }

    @Test
    void widensHalvesOnlyWhenLoading() {
        assertThat(Dtype.BF16.loadedType()).contains(DataType.FLOAT32);
        assertThat(Dtype.F16.loadedType()).contains(DataType.FLOAT32);
        assertThat(Dtype.F16.dataType()).contains(DataType.FLOAT16);
        assertThat(Dtype.of(DataType.FLOAT16)).contains(Dtype.F16);
    }

    @Test
    void agreesWithDjlOnSizes() {
        for (Dtype dtype : Dtype.values()) {
            dtype.dataType()
                    .ifPresent(
                            type -> assertThat(dtype.bits()).isEqualTo(8 * type.getNumOfBytes()));
        }
    }

    @Test
    void countsBytes() {
        assertThat(Dtype.F32.bytes(new Shape(2, 3))).isEqualTo(24);
        assertThat(Dtype.I64.bytes(new Shape())).isEqualTo(8);
        assertThat(Dtype.F4.bytes(new Shape(4))).isEqualTo(2);
        assertThat(Dtype.U8.bytes(new Shape(1L << 20, 1L << 20))).isEqualTo(1L << 40);
        assertThat(Dtype.F64.bytes(new Shape(3, 0))).isZero();
    }

    @Test
    void refusesSizesThatOverflowOrEndInsideAByte() {
        assertThatThrownBy(() -> Dtype.U8.bytes(new Shape(1L << 32, 1L << 32)))
                .isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> Dtype.U8.bytes(new Shape(0, 1L << 32, 1L << 32)))
                .isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> Dtype.F64.bytes(new Shape(1L << 61)))
                .isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> Dtype.F4.bytes(new Shape(3)))
                .isInstanceOf(ArithmeticException.class)
                .hasMessageContaining("12 bits");
    }
}
