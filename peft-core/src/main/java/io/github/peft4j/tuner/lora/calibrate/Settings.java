package io.github.peft4j.tuner.lora.calibrate;

import java.util.Map;

/** Reads the options inside an option; their types were checked when the config was made. */
final class Settings {

    private Settings() {}

    static double number(Map<String, ?> options, String key, double standard) {
        return options.get(key) instanceof Number number ? number.doubleValue() : standard;
    }

    static boolean flag(Map<String, ?> options, String key, boolean standard) {
        return options.get(key) instanceof Boolean flag ? flag : standard;
    }

    static String text(Map<String, ?> options, String key, String standard) {
        return options.get(key) instanceof String text ? text : standard;
    }
}
