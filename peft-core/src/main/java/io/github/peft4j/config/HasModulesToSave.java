package io.github.peft4j.config;

import java.util.List;

/** The config of a method beside which modules of the base may be trained and saved whole. */
public interface HasModulesToSave extends PeftConfig {

    /** Ends of the names of these modules; empty if none. */
    List<String> modulesToSave();

    /** This config with others. */
    HasModulesToSave withModulesToSave(List<String> names);
}
