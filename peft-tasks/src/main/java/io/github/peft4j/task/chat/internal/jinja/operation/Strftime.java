package io.github.peft4j.task.chat.internal.jinja.operation;

import io.github.peft4j.task.chat.internal.jinja.value.Budget;
import io.github.peft4j.task.chat.internal.jinja.value.JinjaException;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Times as C's {@code strftime} writes them in the English locale. */
final class Strftime {

    /** What a field of a time costs, beside its characters. */
    private static final int FIELD = 200;

    private Strftime() {}

    static String format(String format, ZonedDateTime time, Budget budget) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%' || i + 1 == format.length()) {
                text.append(c);
                continue;
            }
            budget.spend(FIELD);
            c = format.charAt(++i);
            boolean plain = c == '-' && i + 1 < format.length();
            c = plain ? format.charAt(++i) : c;
            String part = part(c, time);
            text.append(plain ? part.replaceFirst("^[0 ](?=.)", "") : part);
        }
        return text.toString();
    }

    private static String part(char letter, ZonedDateTime time) {
        String pattern =
                switch (letter) {
                    case 'Y' -> "yyyy";
                    case 'y' -> "yy";
                    case 'm' -> "MM";
                    case 'd' -> "dd";
                    case 'e' -> "ppd";
                    case 'B' -> "MMMM";
                    case 'b', 'h' -> "MMM";
                    case 'A' -> "EEEE";
                    case 'a' -> "EEE";
                    case 'H' -> "HH";
                    case 'I' -> "hh";
                    case 'p' -> "a";
                    case 'M' -> "mm";
                    case 'S' -> "ss";
                    case 'f' -> "SSSSSS";
                    case 'j' -> "DDD";
                    case 'F' -> "yyyy-MM-dd";
                    case 'T' -> "HH:mm:ss";
                    case 'D' -> "MM/dd/yy";
                    case 'R' -> "HH:mm";
                    default -> "";
                };
        if (letter == '%') {
            return "%";
        }
        if (pattern.isEmpty()) {
            throw new JinjaException("Time format %%%s is not known.".formatted(letter));
        }
        return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).format(time);
    }
}
