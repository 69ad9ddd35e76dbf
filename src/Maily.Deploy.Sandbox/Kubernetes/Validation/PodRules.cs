using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Objects;

namespace Maily.Deploy.Sandbox.Kubernetes.Validation;

/// <summary>What a pod's spec needs: of a pod, and of the templates of workloads.</summary>
internal static class PodRules
{
    /// <param name="spec">The pod's spec.</param>
    /// <param name="field">Where it stands.</param>
    /// <param name="faults">Takes what is wrong.</param>
    /// <param name="claims">Names of volumes that each pod of a set gets from a claim of its own.</param>
    public static void Check(JsonNode? spec, string field, FieldFaults faults, params IEnumerable<string?> claims)
    {
        var volumes = spec.Items("volumes").Select(volume => volume.Text("name")).Concat(claims).ToHashSet();
        var containers = spec.Items("containers").ToList();
        if (containers.Count == 0) faults.Required($"{field}.containers");
        Containers(containers, $"{field}.containers", volumes, faults);
        Containers([.. spec.Items("initContainers")], $"{field}.initContainers", volumes, faults);
    }

    static void Containers(List<JsonNode> containers, string field, HashSet<string?> volumes, FieldFaults faults)
    {
        HashSet<string> names = [];
        foreach (var (at, container) in containers.Index())
        {
            var name = container.Text("name") ?? "";
            var path = $"{field}[{at}]";
            if (name.Length == 0) faults.Required($"{path}.name");
            else if (!names.Add(name)) faults.Duplicate($"{path}.name", name);
            else NameRules.CheckLabel(name, $"{path}.name", faults);
            if (string.IsNullOrEmpty(container.Text("image"))) faults.Required($"{path}.image");
            Inside(container, path, volumes, faults);
        }
    }

    static void Inside(JsonNode container, string path, HashSet<string?> volumes, FieldFaults faults)
    {
        foreach (var (at, port) in container.Items("ports").Index()) Port(port.Number("containerPort"), $"{path}.ports[{at}].containerPort", faults);
        foreach (var (at, variable) in container.Items("env").Index())
            if (string.IsNullOrEmpty(variable.Text("name"))) faults.Required($"{path}.env[{at}].name");
        foreach (var (at, mount) in container.Items("volumeMounts").Index())
        {
            if (!volumes.Contains(mount.Text("name"))) faults.Missing($"{path}.volumeMounts[{at}].name", mount.Text("name"));
            if (mount.Text("mountPath") is null) faults.Required($"{path}.volumeMounts[{at}].mountPath");
        }
    }

    public static void Port(long? port, string field, FieldFaults faults)
    {
        if (port is null) faults.Required(field);
        else if (port is < 1 or > 65535) faults.Invalid(field, $"{port}", "must be between 1 and 65535, inclusive");
    }
}
