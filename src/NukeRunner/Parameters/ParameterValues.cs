using Nuke.Common.IO;
using NukeRunner.Output;
using NukeRunner.Runs;

namespace NukeRunner.Parameters;

/// <summary>Finds values: command line, environment, profiles, parameters file.</summary>
internal sealed class ParameterValues(
    CommandLine line, IReadOnlyDictionary<string, string> variables, ParameterFiles files, SecretMask mask,
    string workingDirectory, AbsolutePath root)
{
    /// <summary>The value of a parameter, or null if nobody gave one.</summary>
    public object? Get(ParameterMember parameter)
    {
        var found = Find(parameter.Name);
        if (found is null)
            return null;
        if (parameter.Secret)
            mask.Add(found.Value.Values);
        return Converted(Split(found.Value.Values, parameter.Separator), parameter, found.Value.Source, found.Value.Folder);
    }

    /// <summary>The value of an option of the runner.</summary>
    public object? GetOption(string name, Type type)
    {
        var values = line.Values(name)
            ?? (variables.GetValueOrDefault("NUKE_" + ParameterName.UpperSnake(name)) is { Length: > 0 } value ? (string[])[value] : null)
            ?? files.Get(name);
        if (values is null)
            return null;
        try
        {
            return ValueConverter.Convert(values, type, workingDirectory);
        }
        catch (FormatException exception)
        {
            throw new RefusedException($"--{name}: {exception.Message}", exception);
        }
    }

    (string[] Values, string Source, string Folder)? Find(string name)
    {
        if (line.Values(name) is { } given)
            return (given, "--" + ParameterName.Dashed(name), workingDirectory);
        if (Variable(name) is { } variable)
            return ([variable.Value], $"environment variable {variable.Key}", workingDirectory);
        return files.Get(name) is { } stored ? (stored, $"'{name}' in .nuke/parameters", root.ToString()) : null;
    }

    // An empty variable is an unset one: CI services set secrets that do not exist to nothing.
    KeyValuePair<string, string>? Variable(string name)
    {
        foreach (var candidate in (string[])[name, ParameterName.UpperSnake(name), "NUKE_" + ParameterName.UpperSnake(name)])
        {
            if (variables.TryGetValue(candidate, out var value) && value.Length > 0)
                return new(candidate, value);
        }

        var plain = Letters(name);
        foreach (var entry in variables)
        {
            if (entry.Value.Length > 0 && Letters(entry.Key) is var key && (Same(key, plain) || Same(key, "nuke" + plain)))
                return entry;
        }

        return null;
    }

    static string[] Split(string[] values, char? separator)
        => separator is { } x ? [.. values.SelectMany(v => v.Split(x))] : values;

    static object? Converted(string[] values, ParameterMember parameter, string source, string folder)
    {
        try
        {
            return ValueConverter.Convert(values, parameter.Type, folder);
        }
        catch (FormatException exception)
        {
            throw new RefusedException($"{source}: {(parameter.Secret ? "the value has the wrong form" : exception.Message)}", exception);
        }
    }

    static string Letters(string name) => string.Concat(name.Where(char.IsLetterOrDigit));

    static bool Same(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);
}
