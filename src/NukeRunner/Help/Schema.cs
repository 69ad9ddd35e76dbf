using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Nuke.Common;
using Nuke.Common.Execution;
using Nuke.Common.IO;
using NukeRunner.Parameters;

namespace NukeRunner.Help;

/// <summary><c>.nuke/build.schema.json</c>, by which editors complete <c>parameters.json</c>.</summary>
internal static class Schema
{
    static readonly JsonWriterOptions Layout = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the file if it would change.</summary>
    public static void Update(
        AbsolutePath file, NukeBuild build, IReadOnlyList<ExecutableTarget> targets, IReadOnlyList<ParameterMember> parameters)
    {
        var text = Write(build, targets, parameters) + "\n";
        if (!file.FileExists() || file.ReadAllText() != text)
            file.WriteAllText(text);
    }

    public static string Write(NukeBuild build, IReadOnlyList<ExecutableTarget> targets, IReadOnlyList<ParameterMember> parameters)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Layout))
        {
            json.WriteStartObject();
            json.WriteString("$schema", "http://json-schema.org/draft-04/schema#");
            json.WriteStartObject("definitions");
            Set(json, "Host", ["GitHubActions", "Terminal"]);
            Set(json, "ExecutableTarget", [.. targets.Select(x => x.Name).Order(StringComparer.Ordinal)]);
            Set(json, "Verbosity", Enum.GetNames<Verbosity>());
            Runner(json);
            json.WriteEndObject();
            json.WriteStartArray("allOf");
            Build(json, build, parameters);
            Reference(json, "NukeBuild");
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    static void Set(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartObject(name);
        json.WriteString("type", "string");
        Values(json, values);
        json.WriteEndObject();
    }

    static void Values(Utf8JsonWriter json, IReadOnlyList<string> values)
    {
        json.WriteStartArray("enum");
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }

    static void Reference(Utf8JsonWriter json, string name)
    {
        json.WriteStartObject();
        json.WriteString("$ref", "#/definitions/" + name);
        json.WriteEndObject();
    }

    static void Build(Utf8JsonWriter json, NukeBuild build, IReadOnlyList<ParameterMember> parameters)
    {
        json.WriteStartObject();
        json.WriteStartObject("properties");
        foreach (var parameter in parameters.OrderBy(x => x.Name, StringComparer.Ordinal))
            Property(json, parameter, parameter.ValueSet(build));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    static void Property(Utf8JsonWriter json, ParameterMember parameter, IReadOnlyList<string>? values)
    {
        json.WriteStartObject(parameter.Name);
        var list = ValueConverter.ItemType(parameter.Type) is not null;
        if (list)
            json.WriteString("type", "array");
        else
            Type(json, parameter.Type, values);
        if (parameter.Description is { Length: > 0 } description)
            json.WriteString("description", description.TrimEnd('.'));
        if (parameter.Secret)
            json.WriteString("default", "Secrets belong into the environment, not into this file");
        if (list)
        {
            json.WriteStartObject("items");
            Type(json, parameter.Type, values);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    static void Type(Utf8JsonWriter json, Type type, IReadOnlyList<string>? values)
    {
        var scalar = ValueSets.Scalar(type);
        json.WriteString("type", scalar == typeof(bool) ? "boolean" : scalar == typeof(int) || scalar == typeof(long) ? "integer" : "string");
        if (values is not null)
            Values(json, values);
    }

    static void Runner(Utf8JsonWriter json)
    {
        json.WriteStartObject("NukeBuild");
        json.WriteStartObject("properties");
        foreach (var (name, description) in Runs.Options.Known)
        {
            json.WriteStartObject(string.Concat(name.Split('-').Select(x => char.ToUpperInvariant(x[0]) + x[1..])));
            Option(json, name);
            json.WriteString("description", description.TrimEnd('.'));
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    static void Option(Utf8JsonWriter json, string name)
    {
        json.WriteString("type", name switch
        {
            "continue" or "help" or "no-logo" or "plan" => "boolean",
            "parallel" => "integer",
            "profile" or "skip" or "target" => "array",
            _ => "string",
        });
        if (name == "verbosity")
            Values(json, Enum.GetNames<Verbosity>());
        if (name is not ("profile" or "skip" or "target"))
            return;
        json.WriteStartObject("items");
        json.WriteString(name == "profile" ? "type" : "$ref", name == "profile" ? "string" : "#/definitions/ExecutableTarget");
        json.WriteEndObject();
    }
}
