package io.github.peft4j.cli.console;

import io.github.peft4j.precision.Precision;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads the name of a {@link Precision} from the command line. */
public final class PrecisionName implements ITypeConverter<Precision> {

    /** Called by the command line's parser. */
    public PrecisionName() {}

    @Override
    public Precision convert(String text) {
        try {
            return Precision.of(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
