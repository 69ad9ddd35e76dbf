using System.Collections.Immutable;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Kubernetes.Policies;

namespace Maily.Deploy.Tests.Kubernetes.Policies;

public sealed class ManifestPoliciesTests
{
    const string Digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    const string Pod = "/spec/template/spec";
    const string First = Pod + "/containers/0";

    static string Good => $$"""
        apiVersion: v1
        kind: Namespace
        metadata:
          name: maily
          labels: { pod-security.kubernetes.io/enforce: restricted }
        ---
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: { name: default-deny, namespace: maily }
        spec:
          podSelector: {}
          policyTypes: [Ingress, Egress]
        ---
        apiVersion: v1
        kind: ResourceQuota
        metadata: { name: maily, namespace: maily }
        spec:
          hard: { requests.cpu: "4", requests.memory: 8Gi, limits.cpu: "8", limits.memory: 8Gi }
        ---
        apiVersion: policy/v1
        kind: PodDisruptionBudget
        metadata: { name: api, namespace: maily }
        spec:
          maxUnavailable: 1
          selector: { matchLabels: { app: api } }
        ---
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata: { name: api, namespace: maily }
        spec:
          tls: [{ hosts: ["*.maily.example"], secretName: tls }]
          rules: [{ host: api.maily.example }]
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: Role
        metadata: { name: api, namespace: maily }
        rules: [{ apiGroups: [""], resources: [configmaps], verbs: [get] }]
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: RoleBinding
        metadata: { name: api, namespace: maily }
        roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: api }
        subjects: [{ kind: ServiceAccount, name: api }]
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: api
          namespace: maily
          annotations: { }
        spec:
          replicas: 2
          template:
            metadata: { labels: { app: api } }
            spec:
              volumes: [{ name: tmp, emptyDir: {} }]
              securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: RuntimeDefault } }
              containers:
                - name: api
                  image: registry/api@{{Digest}}
                  ports: [{ containerPort: 8080 }]
                  readinessProbe: { httpGet: { path: /ready, port: 8080 } }
                  livenessProbe: { httpGet: { path: /live, port: 8080 } }
                  resources: { requests: { cpu: 50m, memory: 64Mi }, limits: { cpu: 100m, memory: 64Mi } }
                  securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: [ALL] } }
        """;

    /// <summary>What is changed in good manifests, and what is found then: rule, object and path.</summary>
    public static TheoryData<string, string, string, string, string> Faults => new()
    {
        { $"@{Digest}", ":latest", "image-digest", "Deployment maily/api", First + "/image" },
        { $"@{Digest}", ":1.2.3", "image-digest", "Deployment maily/api", First + "/image" },
        { $"@{Digest}", "@sha256:short", "image-digest", "Deployment maily/api", First + "/image" },
        { "requests: { cpu: 50m, memory: 64Mi }, ", "", "resources", "Deployment maily/api", First + "/resources/requests" },
        { "limits: { cpu: 100m, memory: 64Mi }", "limits: { cpu: 100m }", "resources", "Deployment maily/api", First + "/resources/limits" },
        { "readinessProbe: { httpGet: { path: /ready, port: 8080 } }", "", "probes", "Deployment maily/api", First + "/readinessProbe" },
        { "livenessProbe: { httpGet: { path: /live, port: 8080 } }", "livenessProbe: { periodSeconds: 5 }", "probes", "Deployment maily/api", First + "/livenessProbe" },
        { "runAsNonRoot: true, ", "", "non-root", "Deployment maily/api", First + "/securityContext/runAsNonRoot" },
        { "runAsUser: 65532", "runAsUser: 0", "non-root", "Deployment maily/api", Pod + "/securityContext/runAsUser" },
        { "allowPrivilegeEscalation: false", "allowPrivilegeEscalation: false, privileged: true", "privilege", "Deployment maily/api", First + "/securityContext/privileged" },
        { "allowPrivilegeEscalation: false, ", "", "privilege", "Deployment maily/api", First + "/securityContext/allowPrivilegeEscalation" },
        { "drop: [ALL]", "drop: [ALL], add: [NET_ADMIN]", "privilege", "Deployment maily/api", First + "/securityContext/capabilities/add" },
        { "containerPort: 8080", "containerPort: 8080, hostPort: 80", "privilege", "Deployment maily/api", First + "/ports/0/hostPort" },
        { "volumes: [{ name: tmp, emptyDir: {} }]", "volumes: [{ name: tmp, hostPath: { path: / } }]", "privilege", "Deployment maily/api", Pod + "/volumes/0/hostPath" },
        { "volumes: [{ name: tmp, emptyDir: {} }]", "hostNetwork: true", "privilege", "Deployment maily/api", Pod + "/hostNetwork" },
        { "volumes: [{ name: tmp, emptyDir: {} }]", "volumes: [{ name: tmp, nfs: { server: x, path: / } }]", "pod-security", "Deployment maily/api", Pod + "/volumes/0/nfs" },
        { "runAsUser: 65532", "sysctls: [{ name: kernel.msgmax, value: '1' }]", "privilege", "Deployment maily/api", Pod + "/securityContext/sysctls/0" },
        { "runAsUser: 65532", "seLinuxOptions: { type: spc_t }", "privilege", "Deployment maily/api", Pod + "/securityContext/seLinuxOptions/type" },
        { "readOnlyRootFilesystem: true, ", "", "read-only-root", "Deployment maily/api", First + "/securityContext/readOnlyRootFilesystem" },
        { "drop: [ALL]", "drop: [NET_RAW]", "pod-security", "Deployment maily/api", First + "/securityContext/capabilities/drop" },
        { ", seccompProfile: { type: RuntimeDefault }", "", "pod-security", "Deployment maily/api", First + "/securityContext/seccompProfile" },
        { "enforce: restricted", "enforce: baseline", "pod-security", "Namespace maily", "/metadata/labels/pod-security.kubernetes.io~1enforce" },
        { "policyTypes: [Ingress, Egress]", "policyTypes: [Ingress]", "network-policy", "Namespace maily", "/metadata/name" },
        { "policyTypes: [Ingress, Egress]", "policyTypes: [Ingress, Egress]\n  egress: [{}]", "network-policy", "Namespace maily", "/metadata/name" },
        { "limits.memory: 8Gi", "pods: \"10\"", "namespace-quota", "Namespace maily", "/metadata/name" },
        { "matchLabels: { app: api }", "matchLabels: { app: other }", "disruption-budget", "Deployment maily/api", "/spec/replicas" },
        { "maxUnavailable: 1", "maxUnavailable: 0", "disruption-budget", "PodDisruptionBudget maily/api", "/spec/maxUnavailable" },
        { "maxUnavailable: 1", "minAvailable: 2", "disruption-budget", "PodDisruptionBudget maily/api", "/spec/minAvailable" },
        { "tls: [{ hosts: [\"*.maily.example\"], secretName: tls }]", "", "ingress-tls", "Ingress maily/api", "/spec/tls" },
        { "host: api.maily.example", "host: a.b.maily.example", "ingress-tls", "Ingress maily/api", "/spec/rules/0/host" },
        { ", secretName: tls", "", "ingress-tls", "Ingress maily/api", "/spec/tls/0/secretName" },
        { "verbs: [get]", "verbs: ['*']", "rbac-wildcard", "Role maily/api", "/rules/0/verbs" },
        { "resources: [configmaps]", "resources: ['*']", "rbac-wildcard", "Role maily/api", "/rules/0/resources" },
        { "verbs: [get]", "verbs: [get, impersonate]", "rbac-escalation", "Role maily/api", "/rules/0/verbs" },
        { "kind: Role, name: api", "kind: ClusterRole, name: cluster-admin", "rbac-cluster-admin", "RoleBinding maily/api", "/roleRef/name" },
        { "subjects: [{ kind: ServiceAccount, name: api }]", "subjects: [{ kind: Group, name: 'system:authenticated' }]", "rbac-cluster-admin", "RoleBinding maily/api", "/subjects/0/name" },
        { "annotations: { }", "annotations: { policy.maily.dev/no-such-rule: why }", "exception", "Deployment maily/api", "/metadata/annotations/policy.maily.dev~1no-such-rule" },
        { "annotations: { }", "annotations: { policy.maily.dev/probes: ' ' }", "exception", "Deployment maily/api", "/metadata/annotations/policy.maily.dev~1probes" },
        { "annotations: { }", "annotations: { policy.maily.dev/exception: why }", "exception", "Deployment maily/api", "/metadata/annotations/policy.maily.dev~1exception" },
    };

    [Fact]
    public void Good_manifests_break_nothing() => Check(Good).ShouldBeEmpty();

    [Theory, MemberData(nameof(Faults))]
    public void One_fault_is_found_with_its_rule_object_path_and_remedy(string good, string bad, string rule, string item, string path)
    {
        Good.ShouldContain(good);

        var finding = Check(Good.Replace(good, bad, StringComparison.Ordinal)).ShouldHaveSingleItem();

        (finding.Rule.Name, finding.Object.ToString(), finding.Path).ShouldBe((rule, item, path));
        finding.Remedy.ShouldNotBeEmpty();
        finding.Fact.ShouldNotBeEmpty();
    }

    [Fact]
    public void Every_rule_is_broken_by_one_of_these_faults() =>
        Faults.Select(row => row.Data.Item3).Distinct(StringComparer.Ordinal).ShouldBe(PolicyRule.All.Select(rule => rule.Name), ignoreOrder: true);

    [Fact]
    public void An_exception_with_a_reason_accepts_its_rule_and_no_other()
    {
        var text = Good.Replace("annotations: { }", "annotations: { policy.maily.dev/read-only-root: it compiles templates at its start }", StringComparison.Ordinal)
            .Replace("readOnlyRootFilesystem: true, ", "", StringComparison.Ordinal).Replace($"@{Digest}", ":1", StringComparison.Ordinal);

        var verdict = ManifestPolicy.Strict.Judge(new(ManifestYaml.Parse(text), "maily"));

        verdict.Excepted.ShouldHaveSingleItem().Exception.ShouldBe("it compiles templates at its start");
        verdict.Refused.ShouldHaveSingleItem().Rule.ShouldBe(PolicyRule.ImageDigest);
        var refused = Should.Throw<PolicyViolatedException>(() => verdict.ThrowIfRefused("eu-west-1"));
        refused.Kind.ShouldBe(FailureKind.Refused);
        refused.Evidence.ShouldNotBeNull().ShouldContain("Deployment maily/api /spec/template/spec/containers/0/image: image-digest");
    }

    [Fact]
    public void An_environment_may_only_warn_of_a_rule_or_leave_it_out()
    {
        var bad = new PolicySubject(ManifestYaml.Parse(Good.Replace("maxUnavailable: 1", "maxUnavailable: 0", StringComparison.Ordinal)), "maily");

        ManifestPolicy.Strict.Judge(bad).Refused.Length.ShouldBe(1);
        ManifestPolicy.Strict.Warning(PolicyRule.DisruptionBudget).Judge(bad).Warned.Length.ShouldBe(1);
        ManifestPolicy.Strict.Warning(PolicyRule.DisruptionBudget).Judge(bad).Refused.ShouldBeEmpty();
        (ManifestPolicy.Strict with { Severities = ImmutableDictionary<PolicyRule, PolicySeverity>.Empty.Add(PolicyRule.DisruptionBudget, PolicySeverity.Ignore) }).Judge(bad).Warned.ShouldBeEmpty();
    }

    [Fact]
    public void A_declared_image_has_no_digest_until_the_deployment_puts_it_in()
    {
        var objects = ManifestYaml.Parse(Good.Replace($"registry/api@{Digest}", "api", StringComparison.Ordinal));
        var gate = new ManifestGate { Policy = ManifestPolicy.Strict, Declared = ["api"] };

        gate.Judge(objects, pinned: false).Refused.ShouldBeEmpty();
        gate.Judge(objects, pinned: true).Refused.ShouldHaveSingleItem().Rule.ShouldBe(PolicyRule.ImageDigest);
    }

    [Fact]
    public void What_another_part_applies_to_the_namespace_counts()
    {
        var all = ManifestYaml.Parse(Good);
        ImmutableArray<KubernetesObject> alone = [.. all.Where(item => item.Kind == "Deployment")];
        var gate = new ManifestGate { Policy = ManifestPolicy.Strict };

        gate.Judge(alone, pinned: true).Refused.Select(finding => finding.Rule.Name).ShouldBe(["network-policy", "network-policy", "namespace-quota", "disruption-budget"], ignoreOrder: true);
        gate.Judge(alone, pinned: true, elsewhere: all).Refused.ShouldBeEmpty();
    }

    [Fact]
    public void Containers_that_run_first_are_held_to_the_same_but_need_no_probes()
    {
        var first = Good.Replace("containers:\n", $"initContainers:\n        - name: first\n          image: x:1\n      containers:\n", StringComparison.Ordinal);

        Check(first).Select(finding => (finding.Rule.Name, finding.Path[Pod.Length..].Split('/')[1])).Distinct().ShouldBe(
            [("image-digest", "initContainers"), ("resources", "initContainers"), ("privilege", "initContainers"), ("pod-security", "initContainers"), ("read-only-root", "initContainers")], ignoreOrder: true);
    }

    [Fact]
    public void A_policy_for_some_pods_denies_nothing_by_default() =>
        Check(Good.Replace("podSelector: {}", "podSelector: { matchLabels: { app: api } }", StringComparison.Ordinal)).Select(finding => finding.Fact)
            .ShouldBe(["no NetworkPolicy of maily denies ingress by default", "no NetworkPolicy of maily denies egress by default"]);

    [Fact]
    public void A_job_needs_no_probes_and_reading_all_secrets_of_a_cluster_is_too_much()
    {
        Check(Good.Replace("kind: Deployment", "kind: Job", StringComparison.Ordinal).Replace("readinessProbe: { httpGet: { path: /ready, port: 8080 } }", "", StringComparison.Ordinal).Replace("apiVersion: apps/v1", "apiVersion: batch/v1", StringComparison.Ordinal)).ShouldBeEmpty();
        Check("apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: { name: all }\nrules: [{ apiGroups: [''], resources: [secrets], verbs: [list] }]").ShouldHaveSingleItem().Rule.ShouldBe(PolicyRule.RbacEscalation);
    }

    static ImmutableArray<PolicyFinding> Check(string text) => ManifestPolicies.Check(new(ManifestYaml.Parse(text), "maily"));
}
