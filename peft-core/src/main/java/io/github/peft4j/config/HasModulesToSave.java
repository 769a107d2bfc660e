package io.github.peft4j.config;

import java.util.List;

/** The config of a method that can train modules whole and save them with the adapter. */
public interface HasModulesToSave {

    /** Ends of the names of modules that are trained and saved whole; empty if none. */
    List<String> modulesToSave();

    /** This config with other modules that are saved whole. */
    PeftConfig withModulesToSave(List<String> names);
}
