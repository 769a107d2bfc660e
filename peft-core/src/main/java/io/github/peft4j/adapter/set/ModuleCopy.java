package io.github.peft4j.adapter.set;

import ai.djl.nn.Parameter;

/**
 * A trained copy of a base parameter.
 *
 * @param modulePath path of the module that {@code modules_to_save} named
 * @param parameter the copy, owned by the adapter
 */
public record ModuleCopy(String modulePath, Parameter parameter) {}
