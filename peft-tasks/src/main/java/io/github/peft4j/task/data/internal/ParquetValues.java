package io.github.peft4j.task.data.internal;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/** Values of Parquet as those of a row: what Carpet leaves signed, narrow or in bytes is turned. */
final class ParquetValues {

    private static final BigInteger TWO_TO_64 = BigInteger.ONE.shiftLeft(64);

    private ParquetValues() {}

    /**
     * String, Long (or BigInteger), Float, Double, Boolean, BigDecimal, a date or time, List, Map
     * or null. Bytes that are no UTF-8 text are null.
     */
    static @Nullable Object plain(@Nullable Object value, Type type) {
        if (value instanceof List<?> list) {
            Type element = element(type);
            List<@Nullable Object> plain = new ArrayList<>();
            list.forEach(each -> plain.add(plain(each, element)));
            return Collections.unmodifiableList(plain);
        }
        if (value instanceof Map<?, ?> map) {
            return object(map, type.asGroupType());
        }
        if (value instanceof Binary bytes) {
            return text(bytes.getBytes());
        }
        boolean integer =
                value instanceof Byte
                        || value instanceof Short
                        || value instanceof Integer
                        || value instanceof Long;
        if (value instanceof Number number && integer) {
            return whole(number, type);
        }
        return value;
    }

    private static Map<String, @Nullable Object> object(Map<?, ?> map, GroupType type) {
        boolean keyed =
                type.getLogicalTypeAnnotation()
                        instanceof LogicalTypeAnnotation.MapLogicalTypeAnnotation;
        Map<String, @Nullable Object> plain = new LinkedHashMap<>();
        if (keyed) {
            Type values = type.getType(0).asGroupType().getType(1);
            map.forEach((key, value) -> plain.put(String.valueOf(key), plain(value, values)));
        } else {
            for (Type field : type.getFields()) {
                plain.put(field.getName(), plain(map.get(field.getName()), field));
            }
        }
        return Collections.unmodifiableMap(plain);
    }

    /** What a list holds: the one field of its repeated group, or what itself is repeated. */
    private static Type element(Type list) {
        if (list.isPrimitive() || list.getLogicalTypeAnnotation() == null) {
            return list; // repeated itself
        }
        Type repeated = list.asGroupType().getType(0);
        boolean wrapped = !repeated.isPrimitive() && repeated.asGroupType().getFieldCount() == 1;
        return wrapped && !repeated.getName().equals("array")
                ? repeated.asGroupType().getType(0)
                : repeated;
    }

    private static Object whole(Number value, Type type) {
        boolean unsigned =
                type.getLogicalTypeAnnotation()
                                instanceof LogicalTypeAnnotation.IntLogicalTypeAnnotation bits
                        && !bits.isSigned();
        long signed = value.longValue();
        if (!unsigned || signed >= 0) {
            return signed;
        }
        if (value instanceof Long) {
            return BigInteger.valueOf(signed).add(TWO_TO_64);
        }
        int bits = value instanceof Byte ? 8 : value instanceof Short ? 16 : 32;
        return signed + (1L << bits);
    }

    private static @Nullable String text(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException noText) {
            return null;
        }
    }
}
