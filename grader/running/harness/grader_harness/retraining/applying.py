"""Takes one step of an optimizer: Adam's by TensorFlow's own operation, all others as Keras does."""

from collections.abc import Callable
from typing import Any

_AS_ADAM_IS = {
    "amsgrad": False,
    "weight_decay": None,
    "clipnorm": None,
    "clipvalue": None,
    "global_clipnorm": None,
    "use_ema": False,
    "loss_scale_factor": None,
    "gradient_accumulation_steps": None,
}

Apply = Callable[[list[Any], list[Any]], None]


def applied_by(optimizer: Any) -> Apply:
    """Return what applies gradients to variables.

    On small nets a step of Adam costs half as much by one operation a variable as by a dozen.
    """
    plain = all(getattr(optimizer, name, value) == value for name, value in _AS_ADAM_IS.items())
    if type(optimizer).__name__ == "Adam" and plain:
        return _adam(optimizer)
    apply: Apply = optimizer.apply
    return apply


def _adam(optimizer: Any) -> Apply:
    import tensorflow as tf

    def apply(gradients: list[Any], variables: list[Any]) -> None:
        rate = tf.convert_to_tensor(optimizer.learning_rate)
        step = tf.cast(optimizer.iterations, tf.float32) + 1.0
        betas = [tf.constant(beta, tf.float32) for beta in (optimizer.beta_1, optimizer.beta_2)]
        powers = [beta**step for beta in betas]
        for gradient, variable in zip(gradients, variables, strict=True):
            place = optimizer._get_variable_index(variable)
            held = (variable, optimizer._momentums[place], optimizer._velocities[place])
            var, m, v = (one.value.handle for one in held)
            tf.raw_ops.ResourceApplyAdam(
                var=var,
                m=m,
                v=v,
                beta1_power=powers[0],
                beta2_power=powers[1],
                lr=rate,
                beta1=betas[0],
                beta2=betas[1],
                epsilon=optimizer.epsilon,
                grad=tf.convert_to_tensor(gradient),
            )
        optimizer.iterations.assign_add(1)

    return apply
