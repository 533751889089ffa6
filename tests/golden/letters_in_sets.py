# Letters that a process may have interned as other objects than those of constants.


def one_a(sign):
    sign = ("a", "0a1", "0b1")
    return {"a", "0a1", "0b1"}


def other_a(sign):
    return {"a", "0a1", "0b1"}


def one_b(sign):
    sign = ("b", "0a1", "0b1")
    return {"b", "0a1", "0b1"}


def other_b(sign):
    return {"b", "0a1", "0b1"}


def one_c(sign):
    sign = ("c", "0a1", "0b1")
    return {"c", "0a1", "0b1"}


def other_c(sign):
    return {"c", "0a1", "0b1"}


def one_d(sign):
    sign = ("d", "0a1", "0b1")
    return {"d", "0a1", "0b1"}


def other_d(sign):
    return {"d", "0a1", "0b1"}


def one_e(sign):
    sign = ("e", "0a1", "0b1")
    return {"e", "0a1", "0b1"}


def other_e(sign):
    return {"e", "0a1", "0b1"}


def one_f(sign):
    sign = ("f", "0a1", "0b1")
    return {"f", "0a1", "0b1"}


def other_f(sign):
    return {"f", "0a1", "0b1"}


def one_g(sign):
    sign = ("g", "0a1", "0b1")
    return {"g", "0a1", "0b1"}


def other_g(sign):
    return {"g", "0a1", "0b1"}


def one_h(sign):
    sign = ("h", "0a1", "0b1")
    return {"h", "0a1", "0b1"}


def other_h(sign):
    return {"h", "0a1", "0b1"}


def one_i(sign):
    sign = ("i", "0a1", "0b1")
    return {"i", "0a1", "0b1"}


def other_i(sign):
    return {"i", "0a1", "0b1"}


def one_j(sign):
    sign = ("j", "0a1", "0b1")
    return {"j", "0a1", "0b1"}


def other_j(sign):
    return {"j", "0a1", "0b1"}


def one_k(sign):
    sign = ("k", "0a1", "0b1")
    return {"k", "0a1", "0b1"}


def other_k(sign):
    return {"k", "0a1", "0b1"}


def one_l(sign):
    sign = ("l", "0a1", "0b1")
    return {"l", "0a1", "0b1"}


def other_l(sign):
    return {"l", "0a1", "0b1"}


def one_m(sign):
    sign = ("m", "0a1", "0b1")
    return {"m", "0a1", "0b1"}


def other_m(sign):
    return {"m", "0a1", "0b1"}


def one_n(sign):
    sign = ("n", "0a1", "0b1")
    return {"n", "0a1", "0b1"}


def other_n(sign):
    return {"n", "0a1", "0b1"}


def one_o(sign):
    sign = ("o", "0a1", "0b1")
    return {"o", "0a1", "0b1"}


def other_o(sign):
    return {"o", "0a1", "0b1"}


def one_p(sign):
    sign = ("p", "0a1", "0b1")
    return {"p", "0a1", "0b1"}


def other_p(sign):
    return {"p", "0a1", "0b1"}


def one_q(sign):
    sign = ("q", "0a1", "0b1")
    return {"q", "0a1", "0b1"}


def other_q(sign):
    return {"q", "0a1", "0b1"}


def one_r(sign):
    sign = ("r", "0a1", "0b1")
    return {"r", "0a1", "0b1"}


def other_r(sign):
    return {"r", "0a1", "0b1"}


def one_s(sign):
    sign = ("s", "0a1", "0b1")
    return {"s", "0a1", "0b1"}


def other_s(sign):
    return {"s", "0a1", "0b1"}


def one_t(sign):
    sign = ("t", "0a1", "0b1")
    return {"t", "0a1", "0b1"}


def other_t(sign):
    return {"t", "0a1", "0b1"}


def one_u(sign):
    sign = ("u", "0a1", "0b1")
    return {"u", "0a1", "0b1"}


def other_u(sign):
    return {"u", "0a1", "0b1"}


def one_v(sign):
    sign = ("v", "0a1", "0b1")
    return {"v", "0a1", "0b1"}


def other_v(sign):
    return {"v", "0a1", "0b1"}


def one_w(sign):
    sign = ("w", "0a1", "0b1")
    return {"w", "0a1", "0b1"}


def other_w(sign):
    return {"w", "0a1", "0b1"}


def one_x(sign):
    sign = ("x", "0a1", "0b1")
    return {"x", "0a1", "0b1"}


def other_x(sign):
    return {"x", "0a1", "0b1"}


def one_y(sign):
    sign = ("y", "0a1", "0b1")
    return {"y", "0a1", "0b1"}


def other_y(sign):
    return {"y", "0a1", "0b1"}


def one_z(sign):
    sign = ("z", "0a1", "0b1")
    return {"z", "0a1", "0b1"}


def other_z(sign):
    return {"z", "0a1", "0b1"}


def one_A(sign):
    sign = ("A", "0a1", "0b1")
    return {"A", "0a1", "0b1"}


def other_A(sign):
    return {"A", "0a1", "0b1"}


def one_B(sign):
    sign = ("B", "0a1", "0b1")
    return {"B", "0a1", "0b1"}


def other_B(sign):
    return {"B", "0a1", "0b1"}


def one_C(sign):
    sign = ("C", "0a1", "0b1")
    return {"C", "0a1", "0b1"}


def other_C(sign):
    return {"C", "0a1", "0b1"}


def one_D(sign):
    sign = ("D", "0a1", "0b1")
    return {"D", "0a1", "0b1"}


def other_D(sign):
    return {"D", "0a1", "0b1"}


def one_E(sign):
    sign = ("E", "0a1", "0b1")
    return {"E", "0a1", "0b1"}


def other_E(sign):
    return {"E", "0a1", "0b1"}


def one_F(sign):
    sign = ("F", "0a1", "0b1")
    return {"F", "0a1", "0b1"}


def other_F(sign):
    return {"F", "0a1", "0b1"}


def one_G(sign):
    sign = ("G", "0a1", "0b1")
    return {"G", "0a1", "0b1"}


def other_G(sign):
    return {"G", "0a1", "0b1"}


def one_H(sign):
    sign = ("H", "0a1", "0b1")
    return {"H", "0a1", "0b1"}


def other_H(sign):
    return {"H", "0a1", "0b1"}


def one_I(sign):
    sign = ("I", "0a1", "0b1")
    return {"I", "0a1", "0b1"}


def other_I(sign):
    return {"I", "0a1", "0b1"}


def one_J(sign):
    sign = ("J", "0a1", "0b1")
    return {"J", "0a1", "0b1"}


def other_J(sign):
    return {"J", "0a1", "0b1"}


def one_K(sign):
    sign = ("K", "0a1", "0b1")
    return {"K", "0a1", "0b1"}


def other_K(sign):
    return {"K", "0a1", "0b1"}


def one_L(sign):
    sign = ("L", "0a1", "0b1")
    return {"L", "0a1", "0b1"}


def other_L(sign):
    return {"L", "0a1", "0b1"}


def one_M(sign):
    sign = ("M", "0a1", "0b1")
    return {"M", "0a1", "0b1"}


def other_M(sign):
    return {"M", "0a1", "0b1"}


def one_N(sign):
    sign = ("N", "0a1", "0b1")
    return {"N", "0a1", "0b1"}


def other_N(sign):
    return {"N", "0a1", "0b1"}


def one_O(sign):
    sign = ("O", "0a1", "0b1")
    return {"O", "0a1", "0b1"}


def other_O(sign):
    return {"O", "0a1", "0b1"}


def one_P(sign):
    sign = ("P", "0a1", "0b1")
    return {"P", "0a1", "0b1"}


def other_P(sign):
    return {"P", "0a1", "0b1"}


def one_Q(sign):
    sign = ("Q", "0a1", "0b1")
    return {"Q", "0a1", "0b1"}


def other_Q(sign):
    return {"Q", "0a1", "0b1"}


def one_R(sign):
    sign = ("R", "0a1", "0b1")
    return {"R", "0a1", "0b1"}


def other_R(sign):
    return {"R", "0a1", "0b1"}


def one_S(sign):
    sign = ("S", "0a1", "0b1")
    return {"S", "0a1", "0b1"}


def other_S(sign):
    return {"S", "0a1", "0b1"}


def one_T(sign):
    sign = ("T", "0a1", "0b1")
    return {"T", "0a1", "0b1"}


def other_T(sign):
    return {"T", "0a1", "0b1"}


def one_U(sign):
    sign = ("U", "0a1", "0b1")
    return {"U", "0a1", "0b1"}


def other_U(sign):
    return {"U", "0a1", "0b1"}


def one_V(sign):
    sign = ("V", "0a1", "0b1")
    return {"V", "0a1", "0b1"}


def other_V(sign):
    return {"V", "0a1", "0b1"}


def one_W(sign):
    sign = ("W", "0a1", "0b1")
    return {"W", "0a1", "0b1"}


def other_W(sign):
    return {"W", "0a1", "0b1"}


def one_X(sign):
    sign = ("X", "0a1", "0b1")
    return {"X", "0a1", "0b1"}


def other_X(sign):
    return {"X", "0a1", "0b1"}


def one_Y(sign):
    sign = ("Y", "0a1", "0b1")
    return {"Y", "0a1", "0b1"}


def other_Y(sign):
    return {"Y", "0a1", "0b1"}


def one_Z(sign):
    sign = ("Z", "0a1", "0b1")
    return {"Z", "0a1", "0b1"}


def other_Z(sign):
    return {"Z", "0a1", "0b1"}


def one_0(sign):
    sign = ("0", "0a1", "0b1")
    return {"0", "0a1", "0b1"}


def other_0(sign):
    return {"0", "0a1", "0b1"}


def one_1(sign):
    sign = ("1", "0a1", "0b1")
    return {"1", "0a1", "0b1"}


def other_1(sign):
    return {"1", "0a1", "0b1"}


def one_2(sign):
    sign = ("2", "0a1", "0b1")
    return {"2", "0a1", "0b1"}


def other_2(sign):
    return {"2", "0a1", "0b1"}


def one_3(sign):
    sign = ("3", "0a1", "0b1")
    return {"3", "0a1", "0b1"}


def other_3(sign):
    return {"3", "0a1", "0b1"}


def one_4(sign):
    sign = ("4", "0a1", "0b1")
    return {"4", "0a1", "0b1"}


def other_4(sign):
    return {"4", "0a1", "0b1"}


def one_5(sign):
    sign = ("5", "0a1", "0b1")
    return {"5", "0a1", "0b1"}


def other_5(sign):
    return {"5", "0a1", "0b1"}


def one_6(sign):
    sign = ("6", "0a1", "0b1")
    return {"6", "0a1", "0b1"}


def other_6(sign):
    return {"6", "0a1", "0b1"}


def one_7(sign):
    sign = ("7", "0a1", "0b1")
    return {"7", "0a1", "0b1"}


def other_7(sign):
    return {"7", "0a1", "0b1"}


def one_8(sign):
    sign = ("8", "0a1", "0b1")
    return {"8", "0a1", "0b1"}


def other_8(sign):
    return {"8", "0a1", "0b1"}


def one_9(sign):
    sign = ("9", "0a1", "0b1")
    return {"9", "0a1", "0b1"}


def other_9(sign):
    return {"9", "0a1", "0b1"}


def one__(sign):
    sign = ("_", "0a1", "0b1")
    return {"_", "0a1", "0b1"}


def other__(sign):
    return {"_", "0a1", "0b1"}
