using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Policies;

/// <summary>Pod Security's profile "restricted" (its controls as of 1.32), and the read-only root file system that it does not ask for.</summary>
static class PodSecurityRules
{
    static readonly string[] Volumes = ["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret"];
    static readonly string[] Sysctls =
    [
        "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start", "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range",
        "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes",
    ];

    static readonly string[] SelinuxTypes = ["container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

    public static IEnumerable<PolicyFinding> Check(PolicySubject subject) =>
        from item in subject.Objects
        from finding in Namespace(item).Concat(PodPlace.Of(item).SelectMany(pod => Pod(item, pod).Concat(pod.Containers.SelectMany(container => Container(item, pod, container)))))
        select finding;

    static IEnumerable<PolicyFinding> Namespace(KubernetesObject item)
    {
        const string Label = "pod-security.kubernetes.io/enforce";
        if (item.Kind == "Namespace" && item.Label(Label) != "restricted")
            yield return new(item.Key, "/metadata/labels/pod-security.kubernetes.io~1enforce", PolicyRule.PodSecurity, $"the namespace enforces {item.Label(Label) ?? "no profile"}", $"Label it {Label}: restricted.");
    }

    static IEnumerable<PolicyFinding> Pod(KubernetesObject item, PodPlace pod)
    {
        PolicyFinding Privilege(string path, string fact) => new(item.Key, pod.Path + path, PolicyRule.Privilege, fact, "Take it out.");
        foreach (var name in new[] { "hostNetwork", "hostPID", "hostIPC" }.Where(name => pod.Json.IsTrue(name)))
            yield return Privilege($"/{name}", $"the pod shares its node's {name["host".Length..]}");
        foreach (var (volume, at) in pod.Json.Objects("volumes").Select((volume, at) => (volume, at)))
            if (volume.Select(pair => pair.Key).FirstOrDefault(kind => kind != "name" && !Volumes.Contains(kind)) is { } kind)
                yield return kind == "hostPath" ? Privilege($"/volumes/{at}/{kind}", "the pod reads or writes a folder of its node")
                    : new(item.Key, $"{pod.Path}/volumes/{at}/{kind}", PolicyRule.PodSecurity, $"{kind} is no kind of volume that the restricted profile lets in", $"Use one of {string.Join(", ", Volumes)}.");
        foreach (var (sysctl, at) in pod.Json.Objects("securityContext", "sysctls").Select((sysctl, at) => (sysctl, at)))
            if (!Sysctls.Contains(sysctl.Text("name")))
                yield return Privilege($"/securityContext/sysctls/{at}", $"{sysctl.Text("name")} is no safe kernel parameter");
        foreach (var finding in Profiles(item, pod.Json, pod.Path).Concat(Users(item, pod.Json, pod.Path)))
            yield return finding;
    }

    static IEnumerable<PolicyFinding> Container(KubernetesObject item, PodPlace pod, ContainerPlace container)
    {
        var (json, path) = (container.Json, container.Path);
        PolicyFinding Finding(PolicyRule rule, string place, string fact, string remedy) => new(item.Key, $"{path}/{place}", rule, $"{container.Name} {fact}", remedy);
        if (json.IsTrue("securityContext", "privileged"))
            yield return Finding(PolicyRule.Privilege, "securityContext/privileged", "is privileged", "Take it out.");
        if (json.At("securityContext", "allowPrivilegeEscalation")?.ToJsonString() != "false")
            yield return Finding(PolicyRule.Privilege, "securityContext/allowPrivilegeEscalation", "may gain privileges", "Set it to false.");
        foreach (var added in Texts(json, "securityContext", "capabilities", "add").Where(added => added != "NET_BIND_SERVICE"))
            yield return Finding(PolicyRule.Privilege, "securityContext/capabilities/add", $"adds {added}", "Take it out.");
        if (json.Text("securityContext", "procMount") is { } mount and not "Default")
            yield return Finding(PolicyRule.Privilege, "securityContext/procMount", $"mounts /proc {mount}", "Take it out.");
        foreach (var (port, at) in json.Objects("ports").Select((port, at) => (port, at)))
            if (port.Number("hostPort") is > 0)
                yield return Finding(PolicyRule.Privilege, $"ports/{at}/hostPort", "takes a port of its node", "Use a Service.");
        if (!json.IsTrue("securityContext", "readOnlyRootFilesystem"))
            yield return Finding(PolicyRule.ReadOnlyRoot, "securityContext/readOnlyRootFilesystem", "may write to its root file system", "Set it to true, and mount an emptyDir where it writes.");
        if (!Texts(json, "securityContext", "capabilities", "drop").Contains("ALL"))
            yield return Finding(PolicyRule.PodSecurity, "securityContext/capabilities/drop", "keeps capabilities", "Drop ALL.");
        if ((json.At("securityContext", "runAsNonRoot") ?? pod.Json.At("securityContext", "runAsNonRoot"))?.ToJsonString() != "true")
            yield return Finding(PolicyRule.NonRoot, "securityContext/runAsNonRoot", "may run as root", "Set runAsNonRoot to true, for the pod or the container.");
        if ((json.At("securityContext", "seccompProfile") ?? pod.Json.At("securityContext", "seccompProfile")) is not { } profile || profile.Text("type") is not ("RuntimeDefault" or "Localhost"))
            yield return Finding(PolicyRule.PodSecurity, "securityContext/seccompProfile", "has no seccomp profile", "Set seccompProfile.type to RuntimeDefault, for the pod or the container.");
        foreach (var finding in Profiles(item, json, path).Concat(Users(item, json, path)))
            yield return finding;
    }

    static IEnumerable<PolicyFinding> Users(KubernetesObject item, JsonObject json, string path)
    {
        if (json.Number("securityContext", "runAsUser") == 0)
            yield return new(item.Key, $"{path}/securityContext/runAsUser", PolicyRule.NonRoot, "it runs as user 0", "Name another user.");
    }

    static IEnumerable<PolicyFinding> Profiles(KubernetesObject item, JsonObject json, string path)
    {
        PolicyFinding Finding(string place, string fact) => new(item.Key, $"{path}/securityContext/{place}", PolicyRule.Privilege, fact, "Take it out.");
        if (json.IsTrue("securityContext", "windowsOptions", "hostProcess"))
            yield return Finding("windowsOptions/hostProcess", "it runs on its node itself");
        if (json.Text("securityContext", "appArmorProfile", "type") is "Unconfined")
            yield return Finding("appArmorProfile", "it has no AppArmor profile");
        if (json.Text("securityContext", "seLinuxOptions", "type") is { Length: > 0 } type && !SelinuxTypes.Contains(type))
            yield return Finding("seLinuxOptions/type", $"{type} is no type of containers");
        foreach (var name in new[] { "user", "role" }.Where(name => json.Text("securityContext", "seLinuxOptions", name) is { Length: > 0 }))
            yield return Finding($"seLinuxOptions/{name}", $"it sets an SELinux {name}");
    }

    static IEnumerable<string> Texts(JsonNode json, params string[] path) =>
        (json.At(path) as JsonArray)?.Select(item => item?.ToString() ?? "") ?? [];
}
