using System.Reflection;
using k8s;
using k8s.Models;
using Maily.Deploy.Sandbox.Kubernetes.Schemas;

namespace Maily.Deploy.Sandbox.Kubernetes.Kinds;

/// <summary>The table of kinds that every cluster here serves.</summary>
internal static class BuiltInKinds
{
    public static IReadOnlyList<ResourceKind> All(ModelSchemas schemas)
    {
        const bool Cluster = false;
        return
        [
            Kind<V1Namespace>(schemas, "ns", Cluster, status: true),
            Kind<V1Node>(schemas, "no", Cluster, status: true),
            Kind<V1ConfigMap>(schemas, "cm"),
            Kind<V1Secret>(schemas),
            Kind<V1Service>(schemas, "svc", status: true),
            Kind<V1ServiceAccount>(schemas, "sa"),
            Kind<V1Pod>(schemas, "po", status: true),
            Kind<V1Endpoints>(schemas, "ep"),
            Kind<Corev1Event>(schemas, "ev"),
            Kind<V1PersistentVolume>(schemas, "pv", Cluster, status: true),
            Kind<V1PersistentVolumeClaim>(schemas, "pvc", status: true),
            Kind<V1ResourceQuota>(schemas, "quota", status: true),
            Kind<V1LimitRange>(schemas, "limits"),
            Kind<V1Deployment>(schemas, "deploy", status: true, scale: true),
            Kind<V1ReplicaSet>(schemas, "rs", status: true, scale: true),
            Kind<V1StatefulSet>(schemas, "sts", status: true, scale: true),
            Kind<V1DaemonSet>(schemas, "ds", status: true),
            Kind<V1ControllerRevision>(schemas),
            Kind<V1Job>(schemas, status: true),
            Kind<V1CronJob>(schemas, "cj", status: true),
            Kind<V1Ingress>(schemas, "ing", status: true),
            Kind<V1IngressClass>(schemas, namespaced: Cluster),
            Kind<V1NetworkPolicy>(schemas, "netpol"),
            Kind<V1PodDisruptionBudget>(schemas, "pdb", status: true),
            Kind<V2HorizontalPodAutoscaler>(schemas, "hpa", status: true),
            Kind<V1Role>(schemas),
            Kind<V1RoleBinding>(schemas),
            Kind<V1ClusterRole>(schemas, namespaced: Cluster),
            Kind<V1ClusterRoleBinding>(schemas, namespaced: Cluster),
            Kind<V1CustomResourceDefinition>(schemas, "crd", Cluster, status: true),
            Kind<V1Lease>(schemas),
            Kind<V1ValidatingWebhookConfiguration>(schemas, namespaced: Cluster),
            Kind<V1MutatingWebhookConfiguration>(schemas, namespaced: Cluster),
            Kind<V1APIService>(schemas, namespaced: Cluster, status: true),
            Kind<V1StorageClass>(schemas, "sc", Cluster),
            Kind<V1PriorityClass>(schemas, "pc", Cluster),
        ];
    }

    static ResourceKind Kind<TModel>(
        ModelSchemas schemas, string? shortName = null, bool namespaced = true, bool status = false, bool scale = false)
        where TModel : IKubernetesObject<V1ObjectMeta>
    {
        var entity = typeof(TModel).GetCustomAttribute<KubernetesEntityAttribute>()!;
        return new ResourceKind
        {
            Group = entity.Group,
            Version = entity.ApiVersion,
            Kind = entity.Kind,
            Plural = entity.PluralName,
            Schema = schemas.Of(typeof(TModel)),
            IsNamespaced = namespaced,
            HasStatus = status,
            HasScale = scale,
            ShortNames = shortName is null ? [] : [shortName],
        };
    }
}
